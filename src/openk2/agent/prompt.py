"""What the model is told before the task."""

SYSTEM_PROMPT = "You are an agent in a folder. Use the tools, then answer."
"""K2-nano was trained with this sentence."""
