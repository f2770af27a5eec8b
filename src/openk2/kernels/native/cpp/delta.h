// Kimi Delta Attention (Kimi Linear, arXiv 2510.26692, section 4): the attention half of a layer whose memory is one
// matrix per head, from keys to values.
//
// A head goes through its tokens one by one, so that its result does not depend on where a prompt is cut. The columns of
// the matrix know nothing of each other: some are taken out, led through DELTA_TOKENS tokens while they lie in the first
// cache, and put back.
//
// W: width of all heads together; J: tokens that the short convolutions see besides the newest.
#pragma once
#include "linear.h"
#include "norm.h"

namespace {

constexpr int DELTA_TOKENS = 16;          // of a head prepared together
constexpr int DELTA_COLUMNS = 4 * LANES;  // of a head's matrix led through them together
constexpr float DELTA_UNIT_EPS = 1e-6f;   // added to the squared length of a query or key, as the release does

inline int whole_panels(int width) { return ceil_div(width, PANEL) * PANEL; }

// ln(1 + e^x) within 4 units in the last place: by 2 artanh(y / (2 + y)) = ln(1 + y), y = e^-|x|.
inline F softplus(F x) {
    const F zero = spread(0.0f), y = exponential(smaller(x, zero - x)), s = y / (spread(2.0f) + y), square = s * s;
    F series = spread(1.0f / 15);
    for (float odd = 13; odd > 0; odd -= 2) series = fma(series, square, spread(1.0f / odd));
    return larger(x, zero) + spread(2.0f) * s * series;
}

// Some tokens of one head, [DELTA_TOKENS][width] each, width being the head's filled to whole panels; zero beyond it.
struct HeadTokens {
    int head, width;
    float *query, *key, *value, *stay, *faded, *read;  // stay: what is left of each key channel; faded: key * stay
    float *rate;                                       // [DELTA_TOKENS]
    float *columns;                                    // [head][DELTA_COLUMNS] of the memory
    float *window, *taps;                              // [J + DELTA_TOKENS][width] and [J + 1][width] of a convolution
};

inline int64_t head_tokens_floats(int head, int length) {
    const int64_t width = whole_panels(head);
    return (6 * DELTA_TOKENS + 2 * length + DELTA_TOKENS) * width + (int64_t)head * DELTA_COLUMNS + DELTA_TOKENS;
}

// A head that fills no whole panels has zeros behind it.
inline HeadTokens lay_out_head(float* memory, int head, int length) {
    HeadTokens h = {};
    h.head = head, h.width = whole_panels(head);
    if (h.width != head) memset(memory, 0, 4 * head_tokens_floats(head, length));
    const auto take = [&](int64_t floats) { return memory += floats, memory - floats; };
    float** const of_tokens[] = {&h.query, &h.key, &h.value, &h.stay, &h.faded, &h.read};
    for (float** rows : of_tokens) *rows = take(DELTA_TOKENS * h.width);
    h.window = take((int64_t)(length - 1 + DELTA_TOKENS) * h.width);
    h.taps = take((int64_t)length * h.width);
    h.rate = take(DELTA_TOKENS);
    h.columns = take((int64_t)head * DELTA_COLUMNS);
    return h;
}

// The gated delta rule on V vectors of neighbouring columns of a head's memory, rows `stride` apart: a token lets the
// memory fade, corrects what its key maps to by its rate, and reads with its query.
template <int V>
inline void lead_columns(const HeadTokens& h, int tokens, int column, float* memory, int64_t stride) {
    for (int t = 0; t < tokens; t++) {
        const int64_t at = (int64_t)t * h.width;
        const float *query = h.query + at, *key = h.key + at, *stay = h.stay + at, *faded = h.faded + at;
        F even[V], odd[V], read[V];
        for (int v = 0; v < V; v++) even[v] = odd[v] = read[v] = spread(0.0f);
        int i = 0;
        for (; i + 2 <= h.head; i += 2)
            for (int v = 0; v < V; v++) {
                even[v] = fma(load(memory + i * stride + v * LANES), spread(faded[i]), even[v]);
                odd[v] = fma(load(memory + (i + 1) * stride + v * LANES), spread(faded[i + 1]), odd[v]);
            }
        if (i < h.head)
            for (int v = 0; v < V; v++) even[v] = fma(load(memory + i * stride + v * LANES), spread(faded[i]), even[v]);
        F wrong[V];
        for (int v = 0; v < V; v++)
            wrong[v] = spread(h.rate[t]) * (load(h.value + at + column + v * LANES) - (even[v] + odd[v]));
        for (i = 0; i < h.head; i++) {
            const F k = spread(key[i]), q = spread(query[i]), s = spread(stay[i]);
            for (int v = 0; v < V; v++) {
                float* place = memory + i * stride + v * LANES;
                const F now = fma(k, wrong[v], s * load(place));
                store(place, now);
                read[v] = fma(q, now, read[v]);
            }
        }
        for (int v = 0; v < V; v++) store(h.read + at + column + v * LANES, read[v]);
    }
}

// All columns of a head's memory [head][head] through some tokens.
inline void lead_head(const HeadTokens& h, int tokens, float* memory) {
    for (int column = 0; column < h.width;) {
        const bool many = column + DELTA_COLUMNS <= h.head;
        const int width = many ? DELTA_COLUMNS : LANES, left = h.head - column, filled = left < width ? left : width;
        if (filled <= 0) break;
        float* place = memory + column;
        int64_t stride = h.head;
        const bool in_place = tokens == 1 && filled == width;  // a copy would be one more pass
        if (!in_place) {
            for (int i = 0; i < h.head; i++) {
                memset(h.columns + i * width + filled, 0, 4 * (width - filled));
                memcpy(h.columns + i * width, place + i * stride, 4 * filled);
            }
            place = h.columns, stride = width;
        }
        if (many) lead_columns<4>(h, tokens, column, place, stride);
        else lead_columns<1>(h, tokens, column, place, stride);
        if (!in_place)
            for (int i = 0; i < h.head; i++) memcpy(memory + column + i * h.head, place + i * width, 4 * filled);
        column += width;
    }
}

inline void fade_keys(const HeadTokens& h, int token) {
    const int64_t at = (int64_t)token * h.width;
    for (int i = 0; i < h.width; i += LANES) store(h.faded + at + i, load(h.key + at + i) * load(h.stay + at + i));
}

// The rule alone: every of `heads` memories through its tokens; all but rates and memories are [heads][tokens][head].
struct DeltaInputs {
    const float *query, *key, *value, *decay;  // decay: logarithm of what stays
    const float* rate;                         // [heads][tokens]
    float* memory;                             // [heads][head][head], in place
    float* read;
};

inline void lead_memory(const DeltaInputs& in, int number, int tokens, int head, float* scratch) {
    const HeadTokens h = lay_out_head(scratch, head, 1);
    for (int begin = 0; begin < tokens; begin += DELTA_TOKENS) {
        const int some = tokens - begin < DELTA_TOKENS ? tokens - begin : DELTA_TOKENS;
        for (int t = 0; t < some; t++) {
            const int64_t token = (int64_t)number * tokens + begin + t, from = token * head, at = (int64_t)t * h.width;
            memcpy(h.query + at, in.query + from, 4 * head);
            memcpy(h.key + at, in.key + from, 4 * head);
            memcpy(h.value + at, in.value + from, 4 * head);
            memcpy(h.stay + at, in.decay + from, 4 * head);
            for (int i = 0; i < h.width; i += LANES) store(h.stay + at + i, exponential(load(h.stay + at + i)));
            h.rate[t] = in.rate[token];
            fade_keys(h, t);
        }
        lead_head(h, some, in.memory + (int64_t)number * head * head);
        for (int t = 0; t < some; t++)
            memcpy(in.read + ((int64_t)number * tokens + begin + t) * head, h.read + (int64_t)t * h.width, 4 * head);
    }
}

// What the layers of a network ask of a step's memory; all have heads of the same number and width.
struct DeltaPlan {
    int layers = 0, heads = 0, head = 0, length = 0;
    int decay_low = 0, gate_low = 0, decay_forms = 0, gate_forms = 0, output_forms = 0;
    int64_t head_floats() const { return whole_lines(head_tokens_floats(head, length)); }

    void add(const ok2_delta& l) {
        layers++;
        heads = l.heads, head = l.head, length = l.length;
        decay_low = l.decay_up.inputs, gate_low = l.gate_up.inputs;
        decay_forms |= form_of(l.decay_up.format), gate_forms |= form_of(l.gate_up.format);
        output_forms |= form_of(l.output.format);
    }
};

// Where a layer keeps what goes from part to part.
struct DeltaMemory {
    float *inputs, *rates, *decay_low, *gate_low, *decays, *gates;  // [N] rows of [3W], [H], low ranks, [W], [W]
    Activations decay_in, gate_in, heads_out;
    float* heads;  // HeadTokens of every thread
    int64_t head_floats;
};

template <class Source>
inline void take_delta_memory(const DeltaPlan& p, int64_t rows, int threads, Source& from, DeltaMemory& m) {
    if (!p.layers) return;
    const int64_t W = (int64_t)p.heads * p.head;
    m.inputs = from.template take<float>(rows * 3 * W);
    m.rates = from.template take<float>(rows * p.heads);
    m.decay_low = from.template take<float>(rows * p.decay_low);
    m.gate_low = from.template take<float>(rows * p.gate_low);
    m.decays = from.template take<float>(rows * W);
    m.gates = from.template take<float>(rows * W);
    m.decay_in = from.activations(rows, p.decay_low, p.decay_forms);
    m.gate_in = from.activations(rows, p.gate_low, p.gate_forms);
    m.heads_out = from.activations(rows, (int)W, p.output_forms);
    m.head_floats = p.head_floats();
    m.heads = from.template take<float>(threads * m.head_floats);
}

inline int delta_forms(const ok2_delta& l) {
    return form_of(l.query.format) | form_of(l.key.format) | form_of(l.value.format) | form_of(l.rate.format) |
           form_of(l.decay_down.format) | form_of(l.gate_down.format);
}

// Tokens begin ... begin + some - 1 of one chunk in one head of a layer.
class DeltaHead {
  public:
    DeltaHead(const ok2_delta& layer, const ok2_chunk& chunk, int head, const DeltaMemory& memory, float* scratch)
        : l(layer), c(chunk), m(memory), d(layer.head), J(layer.length - 1), first(head * layer.head), number(head),
          W((int64_t)layer.heads * layer.head), tails(layer.tails + (int64_t)chunk.state * J * 3 * W),
          h(lay_out_head(scratch, layer.head, layer.length)) {}

    void run() {
        for (int begin = 0; begin < c.tokens; begin += DELTA_TOKENS) {
            const int some = c.tokens - begin < DELTA_TOKENS ? c.tokens - begin : DELTA_TOKENS;
            convolve(0, begin, some, h.query);
            convolve(1, begin, some, h.key);
            convolve(2, begin, some, h.value);
            for (int t = 0; t < some; t++) prepare(c.row + begin + t, t);
            lead_head(h, some, l.memory + ((int64_t)c.state * l.heads + number) * d * d);
            for (int t = 0; t < some; t++) finish(c.row + begin + t, t);
        }
        for (int part = 0; part < 3; part++) remember(part);
    }

  private:
    // What went into a convolution at a token of the chunk, or in the tail before it.
    const float* input(int part, int token) const {
        const int64_t channel = part * W + first;
        return token < 0 ? tails + (J + token) * 3 * W + channel : m.inputs + (int64_t)(c.row + token) * 3 * W + channel;
    }

    // Queries, keys or values after the short causal convolution and SiLU.
    void convolve(int part, int begin, int some, float* out) {
        for (int i = 0; i < J + some; i++) memcpy(h.window + (int64_t)i * h.width, input(part, begin - J + i), 4 * d);
        for (int i = 0; i <= J; i++) memcpy(h.taps + (int64_t)i * h.width, l.taps + (i * 3 + part) * W + first, 4 * d);
        for (int t = 0; t < some; t++)
            for (int i = 0; i < h.width; i += LANES) {
                F total = spread(0.0f);
                for (int tap = 0; tap <= J; tap++)
                    total = fma(load(h.window + (int64_t)(t + tap) * h.width + i), load(h.taps + (int64_t)tap * h.width + i), total);
                store(out + (int64_t)t * h.width + i, silu(total));
            }
    }

    // Unit vectors, what stays, and the rate.
    void prepare(int row, int t) {
        const int64_t at = (int64_t)t * h.width;
        make_unit(h.query + at, 1.0f / sqrtf((float)d));
        make_unit(h.key + at, 1.0f);
        float* stay = h.stay + at;
        for (int i = 0; i < d; i++) stay[i] = m.decays[row * W + first + i] + l.decay_bias[first + i];
        const F rate = spread(-l.decay_rate[number]);
        for (int i = 0; i < h.width; i += LANES) store(stay + i, exponential(rate * softplus(load(stay + i))));
        fade_keys(h, t);
        float lanes[LANES];
        store(lanes, sigmoid(spread(m.rates[(int64_t)row * l.heads + number])));
        h.rate[t] = lanes[0];
    }

    void make_unit(float* x, float length) const {
        F squares = spread(0.0f);
        for (int i = 0; i < h.width; i += LANES) squares = fma(load(x + i), load(x + i), squares);
        const F factor = spread(length / sqrtf(sum(squares) + DELTA_UNIT_EPS));
        for (int i = 0; i < h.width; i += LANES) store(x + i, load(x + i) * factor);
    }

    // RMSNorm of what was read, times the sigmoid of the gate, in the gate's place.
    void finish(int row, int t) {
        float *read = h.read + (int64_t)t * h.width, *gates = m.gates + row * W + first;
        rms_norm(read, l.norm, d, l.eps, read);
        float* gate = h.stay + (int64_t)t * h.width;
        memcpy(gate, gates, 4 * d);
        for (int i = 0; i < h.width; i += LANES) store(gate + i, sigmoid(load(gate + i)) * load(read + i));
        memcpy(gates, gate, 4 * d);
    }

    // The last inputs of the convolutions, the oldest first: one only moves to where an older one was.
    void remember(int part) {
        for (int j = 0; j < J; j++) {
            float* to = tails + j * 3 * W + part * W + first;
            memmove(to, input(part, c.tokens - J + j), 4 * d);
        }
    }

    const ok2_delta& l;
    const ok2_chunk& c;
    const DeltaMemory& m;
    const int d, J, first, number;
    const int64_t W;
    float* const tails;
    const HeadTokens h;
};

// x += attention of the normalised rows; memories and tails of the chunks' slots are overwritten.
inline void delta_attention(Team& team, const ok2_delta& l, const ok2_step& s, const Activations& normed, const DeltaMemory& m,
                            float* x, int width, uint8_t* scratch) {
    const int64_t W = (int64_t)l.heads * l.head;
    const Job in[] = {{&l.query, &normed, m.inputs, 3 * W},
                      {&l.key, &normed, m.inputs + W, 3 * W},
                      {&l.value, &normed, m.inputs + 2 * W, 3 * W},
                      {&l.rate, &normed, m.rates, l.heads},
                      {&l.decay_down, &normed, m.decay_low, l.decay_down.outputs},
                      {&l.gate_down, &normed, m.gate_low, l.gate_down.outputs}};
    multiply(team, in, 6, s.tokens, scratch);
    team.each(s.tokens, [&](int row) {
        write_row(m.decay_in, row, m.decay_low + (int64_t)row * l.decay_up.inputs, l.decay_up.inputs);
        write_row(m.gate_in, row, m.gate_low + (int64_t)row * l.gate_up.inputs, l.gate_up.inputs);
    });
    const Job up[] = {{&l.decay_up, &m.decay_in, m.decays, W}, {&l.gate_up, &m.gate_in, m.gates, W}};
    multiply(team, up, 2, s.tokens, scratch);
    team.each(s.chunks * l.heads, [&](int i) {
        DeltaHead(l, s.chunk[i / l.heads], i % l.heads, m, m.heads + team.thread * m.head_floats).run();
    });
    team.each(s.tokens, [&](int row) { write_row(m.heads_out, row, m.gates + row * W, (int)W); });
    const Job out = {&l.output, &m.heads_out, x, width, true};
    multiply(team, &out, 1, s.tokens, scratch);
}

}  // namespace
