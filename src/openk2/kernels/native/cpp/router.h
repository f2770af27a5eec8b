// The router without auxiliary loss (DeepSeek-V3, arXiv 2412.19437, section 2.1.2): K experts by score plus bias, weighed
// by score alone; among equals the one with the lower number.
#pragma once
#include "openk2.h"
#include "vector.h"

namespace {

inline void to_scores(float* x, int count, bool softmax) {
    float most = -INFINITY, total = 0;
    for (int i = 0; i < count; i++) most = x[i] > most ? x[i] : most;
    for (int i = 0; i < count; i += LANES) {
        const int some = count - i < LANES ? count - i : LANES;
        float lanes[LANES] = {0};
        memcpy(lanes, x + i, 4 * some);
        store(lanes, softmax ? exponential(load(lanes) - spread(most)) : sigmoid(load(lanes)));
        memcpy(x + i, lanes, 4 * some);
    }
    if (!softmax) return;
    for (int i = 0; i < count; i++) total += x[i];
    for (int i = 0; i < count; i++) x[i] /= total;
}

// The k largest of `choice`, which is overwritten.
inline void take_largest(float* choice, int count, int k, int32_t* out) {
    for (int i = 0; i < k; i++) {
        int best = 0;
        for (int j = 1; j < count; j++)
            if (choice[j] > choice[best]) best = j;
        out[i] = best;
        choice[best] = -INFINITY;
    }
}

// Only the experts of the groups whose two best sum to the most stay choosable.
inline void keep_groups(float* choice, int experts, int groups, int kept, float* sums, int32_t* chosen) {
    const int size = experts / groups;
    for (int g = 0; g < groups; g++) {
        float first = -INFINITY, second = -INFINITY;
        for (int i = g * size; i < (g + 1) * size; i++) {
            if (choice[i] > first) second = first, first = choice[i];
            else if (choice[i] > second) second = choice[i];
        }
        sums[g] = size > 1 ? first + second : first;
    }
    take_largest(sums, groups, kept, chosen);
    for (int g = 0; g < groups; g++) {
        bool stays = false;
        for (int i = 0; i < kept; i++) stays = stays || chosen[i] == g;
        if (!stays)
            for (int i = g * size; i < (g + 1) * size; i++) choice[i] = -INFINITY;
    }
}

// From logits[E], overwritten, to K experts and their weights; scratch: [2 * E] floats and [E] numbers.
inline void route(const ok2_network& n, float* logits, const float* bias, float* scratch, int32_t* numbers, int32_t* chosen,
                  float* weights) {
    const int E = n.experts, K = n.chosen;
    to_scores(logits, E, n.softmax_scores);
    for (int e = 0; e < E; e++) scratch[e] = logits[e] + bias[e];
    if (n.groups > 1) keep_groups(scratch, E, n.groups, n.chosen_groups, scratch + E, numbers);
    take_largest(scratch, E, K, chosen);
    float total = 0;
    for (int i = 0; i < K; i++) total += weights[i] = logits[chosen[i]];
    for (int i = 0; i < K; i++) weights[i] = (n.normalise ? weights[i] / (total + 1e-20f) : weights[i]) * n.scaling;
}

}  // namespace
