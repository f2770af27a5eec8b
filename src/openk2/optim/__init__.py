"""MuonClip: Muon for matrices, QK-Clip for attention logits, AdamW for the rest; schedules; router balancing."""

from openk2.optim.muonclip import MuonClip

__all__ = ["MuonClip"]
