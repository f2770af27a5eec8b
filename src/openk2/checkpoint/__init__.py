"""Models on disk: Hugging Face safetensors in bf16, fp32 or block FP8, to and from a K2Model."""

from openk2.checkpoint.reader import load
from openk2.checkpoint.writer import save_model

__all__ = ["load", "save_model"]
