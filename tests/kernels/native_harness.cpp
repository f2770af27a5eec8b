// Runs one operation of a level: what it works on comes from standard input, the result goes to standard output.
// tests/kernels/test_native_emulated.py writes and reads the other ends. Arguments: level, operation, threads.
#include <stdio.h>
#include <stdlib.h>

#include <algorithm>
#include <vector>

#include "openk2.h"

namespace {

template <class T> T take() {
    T value;
    if (fread(&value, sizeof value, 1, stdin) != 1) exit(3);
    return value;
}

// A block of bytes behind its length, 64-byte aligned.
uint8_t* take_bytes() {
    const int64_t size = take<int64_t>();
    uint8_t* bytes = (uint8_t*)aligned_alloc(64, (size + 127) / 64 * 64);
    if ((int64_t)fread(bytes, 1, size, stdin) != size) exit(3);
    return bytes;
}

// format, outputs, inputs, bytes of packed codes, stride, rows, packed scales
ok2_matrix take_matrix(const ok2_operations& operations) {
    ok2_matrix m = {};
    m.format = take<int32_t>(), m.outputs = take<int32_t>(), m.inputs = take<int32_t>();
    void* codes = aligned_alloc(64, take<int64_t>());
    const int64_t stride = take<int64_t>();
    const uint8_t* rows = take_bytes();
    m.scales = take_bytes();
    operations.pack(&m, rows, stride, codes);
    m.codes = codes;
    return m;
}

void give(const std::vector<float>& result, int32_t status) {
    if (status) exit(4);
    fwrite(result.data(), 4, result.size(), stdout);
}

void linear(const ok2_operations& operations) {
    const ok2_matrix m = take_matrix(operations);
    const int32_t rows = take<int32_t>();
    const float* x = (const float*)take_bytes();
    std::vector<float> y((int64_t)rows * m.outputs);
    give(y, operations.linear(&m, x, rows, y.data()));
}

void experts(const ok2_operations& operations) {
    const int32_t count = take<int32_t>(), rows = take<int32_t>(), width = take<int32_t>(), k = take<int32_t>();
    std::vector<ok2_feed_forward> table(count);
    for (ok2_feed_forward& each : table)
        for (ok2_matrix* m : {&each.gate, &each.up, &each.down}) *m = take_matrix(operations);
    const float* x = (const float*)take_bytes();
    const int32_t* chosen = (const int32_t*)take_bytes();
    const float* weights = (const float*)take_bytes();
    std::vector<float> y((int64_t)rows * width);
    give(y, operations.experts(table.data(), count, x, rows, width, chosen, weights, k, y.data()));
}

void attention(const ok2_operations& operations) {
    ok2_latents latents = {};
    latents.bfloat16 = take<int32_t>(), latents.width = take<int32_t>(), latents.rank = take<int32_t>();
    latents.page_tokens = take<int32_t>();
    latents.slots = take_bytes();
    std::vector<ok2_chunk> chunks(take<int32_t>());
    int32_t rows = 0;
    for (ok2_chunk& chunk : chunks) {
        chunk.row = rows, chunk.tokens = take<int32_t>(), chunk.start = take<int32_t>(), chunk.state = -1;
        chunk.pages = (const int32_t*)take_bytes();
        rows += chunk.tokens;
    }
    const int32_t heads = take<int32_t>();
    const float* queries = (const float*)take_bytes();
    std::vector<float> out((int64_t)rows * heads * latents.rank);
    give(out, operations.attention(&latents, chunks.data(), (int32_t)chunks.size(), queries, heads, out.data()));
}

void delta_rule(const ok2_operations& operations) {
    const int32_t heads = take<int32_t>(), tokens = take<int32_t>(), d = take<int32_t>();
    const float* inputs[5];
    for (const float*& input : inputs) input = (const float*)take_bytes();
    float* memory = (float*)take_bytes();
    const int64_t reads = (int64_t)heads * tokens * d, states = (int64_t)heads * d * d;
    std::vector<float> out(reads + states);
    const int32_t status = operations.delta_rule(inputs[0], inputs[1], inputs[2], inputs[3], inputs[4], memory, heads, tokens, d,
                                                 out.data());
    std::copy(memory, memory + states, out.begin() + reads);
    give(out, status);
}

// An array behind its length in bytes; NULL where there is none.
template <class T> const T* take_some(int32_t& count) {
    const int64_t size = take<int64_t>();
    T* some = (T*)aligned_alloc(64, (size + 127) / 64 * 64);
    if ((int64_t)fread(some, 1, size, stdin) != size) exit(3);
    count = (int32_t)(size / sizeof(T));
    return size ? some : nullptr;
}

void sample(const ok2_operations& operations) {
    const int32_t count = take<int32_t>(), vocabulary = take<int32_t>();
    const float* logits = (const float*)take_bytes();
    std::vector<ok2_choice> choices(count);
    for (ok2_choice& c : choices) {
        int32_t unused;
        c.logits = logits + (int64_t)take<int32_t>() * vocabulary;
        c.number = take<double>(), c.temperature = take<double>(), c.top_p = take<double>(), c.min_p = take<double>();
        c.repetition = take<float>(), c.frequency = take<float>(), c.presence = take<float>(), c.top_k = take<int32_t>();
        c.bias_ids = take_some<int32_t>(c.biased), c.biases = take_some<float>(c.biased);
        c.counted_ids = take_some<int32_t>(c.counted), c.counts = take_some<int32_t>(c.counted);
        c.held_ids = take_some<int32_t>(c.held), c.allowed = take_some<uint8_t>(unused);
    }
    const int32_t status = operations.sample(choices.data(), count, vocabulary);
    std::vector<float> ids;
    for (const ok2_choice& c : choices) ids.push_back((float)c.id);
    give(ids, status);
}

// One row after the other: its own, the ids, theirs.
void report(const ok2_operations& operations) {
    const int32_t count = take<int32_t>(), vocabulary = take<int32_t>(), alternatives = take<int32_t>();
    const float* logits = (const float*)take_bytes();
    const int32_t *rows = (const int32_t*)take_bytes(), *ids = (const int32_t*)take_bytes();
    std::vector<float> own(count), top(count * alternatives), told;
    std::vector<int32_t> top_ids(count * alternatives);
    const int32_t status = operations.report(logits, rows, count, vocabulary, ids, alternatives, own.data(), top_ids.data(), top.data());
    for (int32_t i = 0; i < count; i++) {
        told.push_back(own[i]);
        for (int32_t k = 0; k < alternatives; k++) told.push_back((float)top_ids[i * alternatives + k]);
        for (int32_t k = 0; k < alternatives; k++) told.push_back(top[i * alternatives + k]);
    }
    give(told, status);
}

}  // namespace

int main(int, char** arguments) {
    const ok2_operations* operations = ok2_operations_of(arguments[1]);
    if (!operations) {
        fprintf(stderr, "%s", ok2_unsupported(arguments[1]));
        return 2;
    }
    ok2_set_threads(atoi(arguments[3]));
    switch (arguments[2][0]) {
        case 'l': linear(*operations); break;
        case 'e': experts(*operations); break;
        case 'a': attention(*operations); break;
        case 'd': delta_rule(*operations); break;
        case 's': sample(*operations); break;
        case 'r': report(*operations); break;
    }
}
