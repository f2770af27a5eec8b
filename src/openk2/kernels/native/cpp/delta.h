// Kimi Delta Attention (Kimi Linear, arXiv 2510.26692, section 4).
#pragma once
#include "linear.h"
#include "norm.h"

namespace {

struct DeltaMemory {};

inline int delta_forms(const ok2_delta&) { return 0; }

template <class Source>
inline void take_delta_memory(const ok2_network&, const ok2_step&, Source&, DeltaMemory&) {}

inline void delta_attention(Team&, const ok2_delta&, const ok2_step&, const Activations&, const DeltaMemory&, float*, int, uint8_t*) {}

}  // namespace
