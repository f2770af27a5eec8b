"""The shape of a model of the family: one K2Config for K2, DeepSeek-V3, Moonlight and Kimi Linear."""

from openk2.config.parts import LinearAttention, RopeScaling
from openk2.config.shape import K2Config

__all__ = ["K2Config", "LinearAttention", "RopeScaling"]
