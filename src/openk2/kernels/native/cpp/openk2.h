// The C interface of openk2's kernels: plain data in, plain data out, no PyTorch, no exceptions.
//
// Weights lie in bricks of 16 outputs x 32 inputs, panel after panel (a panel: 16 outputs, all inputs); bricks.h has the
// order of a brick's bytes. Outputs are filled up to 16 and inputs to 32. `interface.py` mirrors these structs.
//
// Shapes: N tokens, D model width, H heads, d head width without position, r rotated width, v value width, R latent
// rank, C = R + r, E experts, K chosen experts, F expert width, V vocabulary.
#pragma once
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define OK2_VERSION 1

// How a weight is held, and what its product is made of.
enum ok2_format {
    OK2_F32 = 0,       // float32 x float32
    OK2_BF16 = 1,      // bfloat16 x bfloat16, sums in float32
    OK2_FP8 = 2,       // E4M3, one float32 scale per 128 inputs of a panel; activations bfloat16
    OK2_INT8 = 3,      // int8, one float32 scale per output; activations int8 per group of 32
    OK2_INT4 = 4,      // code + 8, one bfloat16 scale per output and 32 inputs; activations int8 per group of 32
    OK2_INT8_A16 = 5,  // as INT8, activations bfloat16
    OK2_INT4_A16 = 6   // as INT4, activations bfloat16
};

// A weight [outputs, inputs] in bricks; `codes` is 64-byte aligned.
typedef struct {
    int32_t format;
    int32_t outputs;
    int32_t inputs;
    int32_t unused;
    const void* codes;
    // FP8: float [panels][ceil(inputs / 128)]; INT8: float [panels * 16]; INT4: bfloat16 [panels][bricks][16]
    const void* scales;
} ok2_matrix;

typedef struct {
    ok2_matrix gate, up, down;
} ok2_feed_forward;

// Latents of one layer: what multi-head latent attention remembers. What was not written yet of a page is finite.
typedef struct {
    void* slots;  // [slots][C], bfloat16 or float32
    int32_t bfloat16;
    int32_t width;  // C
    int32_t rank;   // R
    int32_t page_tokens;
} ok2_latents;

// The tokens of one sequence in a step.
typedef struct {
    int32_t row;     // of the first token in the step
    int32_t tokens;  // how many
    int32_t start;   // position of the first
    int32_t state;   // slot of its delta states; -1 where the model has none
    const int32_t* pages;
} ok2_chunk;

enum ok2_attention { OK2_LATENT = 0, OK2_DELTA = 1 };

typedef struct {
    int32_t attention;
    int32_t routed;  // whether the layer has routed experts
    const float* input_norm;      // [D]
    const float* post_norm;       // [D]
    // latent attention; query_down has no codes where queries are not compressed
    ok2_matrix query_down, query_up, latent_down;
    const float* query_norm;
    const float* latent_norm;
    ok2_matrix key_up;    // [H][R filled to 16, d]: per head from query to latent
    ok2_matrix value_up;  // [H][v filled to 16, R]: per head from latent to value
    ok2_matrix output;
    ok2_latents latents;
    const void* delta;  // ok2_delta of a layer with Kimi Delta Attention
    ok2_feed_forward dense;  // of a layer without experts, else the shared experts
    ok2_matrix router;       // F32 [E, D]
    const float* router_bias;
    const ok2_feed_forward* experts;  // [E]; NULL: asked of `fetch`
    int32_t expert_format;            // of all three matrices of every expert
    int32_t unused;
} ok2_layer;

// Kimi Delta Attention of one layer; states are float32.
typedef struct {
    ok2_matrix query, key, value, decay_down, decay_up, rate, gate_down, gate_up, output;
    const float* taps;        // [length][3 * W], the newest token's last
    const float* decay_rate;  // [H]: exp(A)
    const float* decay_bias;  // [W]
    const float* norm;        // [head]
    float* memory;  // [slots][H][head][head], keys to values
    float* tails;   // [slots][length - 1][3 * W], the last inputs of the convolutions
    int32_t heads, head, length;
    float eps;
} ok2_delta;

// Makes `count` experts of a layer available in `out`, until it is asked for the next ones. Nonzero: it failed.
typedef int32_t (*ok2_fetch)(void* context, int32_t layer, int32_t count, const int32_t* experts, ok2_feed_forward* out);

typedef struct {
    int32_t layers, width, heads, nope, rope, value, rank, vocabulary;
    int32_t experts, chosen, expert_width, groups, chosen_groups, softmax_scores, normalise, embedding_bfloat16;
    int32_t experts_at_once;  // most that `fetch` gives together
    float scaling, eps, latent_eps, softmax_scale;
    const ok2_layer* layer;
    const void* embedding;  // [V, D]
    const float* final_norm;
    ok2_matrix head;
    const float* cosines;  // [positions, r / 2]
    const float* sines;
    ok2_fetch fetch;
    void* fetch_context;
} ok2_network;

typedef struct {
    int32_t tokens, chunks, wanted, unused;
    const int32_t* ids;        // [tokens]
    const int32_t* positions;  // [tokens]
    const int32_t* slots;      // [tokens]: where their latents go
    const ok2_chunk* chunk;    // [chunks], in the order of their rows, all rows once
    const int32_t* rows;       // [wanted]: rows whose logits are wanted
    float* logits;             // [wanted, V]
    int32_t* routes;           // [layers, tokens, K], -1 where a layer has none; NULL: not asked for
} ok2_step;

// What one row's token depends on, and the token; engine/sampler.py says what is done with it.
typedef struct {
    const float* logits;  // [V]
    double number;        // in [0, 1)
    double temperature, top_p, min_p;
    float repetition, frequency, presence;
    int32_t top_k;                  // 0: all
    int32_t biased, counted, held;  // how many
    int32_t id;                     // the answer
    const int32_t* bias_ids;
    const float* biases;
    const int32_t* counted_ids;
    const int32_t* counts;
    const int32_t* held_ids;
    const uint8_t* allowed;  // a bit per id, in whole words of 32; NULL: every id
} ok2_choice;

// The operations of one level.
typedef struct {
    // Panels first ... first + count - 1 of a weight from rows as checkpoints hold them; `stride`: elements (INT4:
    // bytes) from row to row.
    void (*pack)(const ok2_matrix* weight, const void* rows, int64_t stride, void* codes);
    // y[N, outputs] = x[N, inputs] @ weightT
    int32_t (*linear)(const ok2_matrix* weight, const float* x, int64_t rows, float* y);
    // y[N, D] = sum over K of weight * down(silu(gate(x)) * up(x))
    int32_t (*experts)(const ok2_feed_forward* experts, int32_t count, const float* x, int64_t rows, int32_t width,
                       const int32_t* chosen, const float* weights, int32_t k, float* y);
    // out[N, H, R] of queries[N, H, C], already scaled, over the pages of their chunks
    int32_t (*attention)(const ok2_latents* latents, const ok2_chunk* chunks, int32_t count, const float* queries,
                         int32_t heads, float* out);
    int32_t (*step)(const ok2_network* network, const ok2_step* step);
    // read[heads, tokens, d] by the gated delta rule, from and to memory[heads, d, d]; rate[heads, tokens], the others as
    // `read`; `decay` is the logarithm of what stays of a key channel
    int32_t (*delta_rule)(const float* query, const float* key, const float* value, const float* decay, const float* rate,
                          float* memory, int32_t heads, int32_t tokens, int32_t d, float* read);
    // y[N, D] = Kimi Delta Attention of normalised rows x[N, D]; memories and tails of the chunks' slots are overwritten
    int32_t (*delta_attention)(const ok2_delta* layer, const ok2_chunk* chunks, int32_t count, const float* x, int64_t rows,
                               int32_t width, float* y);
    // logits[N, V] of the banned ids become -inf; nonzero: some logit is not a number
    int32_t (*ban)(float* logits, int32_t rows, int32_t vocabulary, const int32_t* ids, int32_t count);
    int32_t (*sample)(ok2_choice* choices, int32_t count, int32_t vocabulary);
    // of some rows of logits[N, V] the log-probabilities of an id each and of the `alternatives` most probable ids; -1: there
    // are not as many
    int32_t (*report)(const float* logits, const int32_t* rows, int32_t count, int32_t vocabulary, const int32_t* ids,
                      int32_t alternatives, float* own, int32_t* top_ids, float* top);
} ok2_operations;

int32_t ok2_version(void);
const char* ok2_levels(void);
const char* ok2_unsupported(const char* level);
const ok2_operations* ok2_operations_of(const char* level);
void ok2_set_threads(int32_t threads);
int32_t ok2_threads(void);

#ifdef __cplusplus
}
#endif
