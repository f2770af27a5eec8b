"""Models on disk: Hugging Face safetensors in bf16, fp32, block FP8 or packed INT4, to and from a K2Model."""

from openk2.checkpoint.reader import load
from openk2.checkpoint.storage import quantise_model
from openk2.checkpoint.writer import save_model

__all__ = ["load", "quantise_model", "save_model"]
