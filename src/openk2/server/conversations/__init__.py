"""Conversations that people keep: one document form, where they are stored, how they are searched and shared."""
