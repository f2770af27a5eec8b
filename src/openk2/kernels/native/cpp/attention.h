// Absorbed latent attention over pages (DeepSeek-V2, arXiv 2405.04434, section 2.1.2), shared out to a team: columns are
// taken in spans, known tokens in segments (attention_block.h has what they are made of).
//
// Segments are computed apart, also by different threads, and joined in order. They begin at multiples of their size, so that
// a column's result depends on its position alone: not on the tokens beside it in a step, nor on the number of threads, nor on
// which segments were computed at the same time.
#pragma once
#include <utility>

#include "attention_floats.h"
#include "attention_pairs.h"
#include "attention_tiles.h"
#include "team.h"

namespace {

// Up to GROUPS groups of columns of one chunk.
struct Span {
    const ok2_chunk* chunk;
    int first, columns;  // of the chunk: token * H + head
    int partial;         // index of its first partial result, where segments are computed apart
    int end;             // positions below this one are looked at
    int groups() const { return ceil_div(columns, COLUMNS); }
    int segments() const { return ceil_div(end, SEGMENT); }
};

// Columns of a span that are in its group g.
inline int columns_of(int columns, int g) {
    const int left = columns - g * COLUMNS;
    return left < COLUMNS ? left : COLUMNS;
}

// Scores of a block for the `groups` groups of columns of a span.
inline void score_block(Way way, const ok2_latents& l, const AttentionScratch& s, int known, int groups, int columns, Ahead& ahead) {
    for (int g = 0; g < groups; g++) {
        const float* queries = s.queries + g * query_floats(l.width);
        float* scores = s.scores + g * KNOWN * COLUMNS;
        if (way == WAY_FLOATS) score_floats(l, s, known, queries, scores, ahead);
#if defined(__AVX512BF16__)
        const uint8_t* const* after = g == 0 && ahead.left ? s.after : nullptr;
        if (way == WAY_PAIRS) score_pairs(l, s.rows, after, known, columns_of(columns, g), (const uint16_t*)queries, scores);
#endif
    }
    (void)columns;
}

// Scores of one group become weights e^(score - largest); `fade`: by how much what was seen so far is to shrink. visible[c]: tokens
// of the block that column c may look at; none of them is beyond `known`.
inline void weigh_group(Way way, float* scores, int known, const float* visible, const Seen& seen, float* fade, uint32_t* weights) {
    for (int at = 0; at < COLUMNS; at += LANES) {
        const F before = load(seen.largest + at), most = hide(scores + at, known, visible + at, before);
        const F bounded = larger(most, spread(-1e30f));
        F total = spread(0.0f);
        if (way == WAY_FLOATS) total = weigh_floats(scores + at, known, bounded);
#if defined(__AVX512BF16__)
        if (way == WAY_PAIRS) total = weigh_pairs(scores, known, bounded, weights, [] {});
#endif
        const F old_part = exponential(before - bounded);
        store(fade + at, old_part);
        store(seen.total + at, fma(load(seen.total + at), old_part, total));
        store(seen.largest + at, most);
    }
    (void)weights;
}

// The first `known` tokens of a block, as many as registers take, for the `groups` groups of columns of a span.
inline void attend_block(Way way, const ok2_latents& l, const AttentionScratch& s, int known, int groups, int columns,
                         const float (*visible)[COLUMNS], const Seen* seen, Ahead& ahead) {
    constexpr int64_t SCORES = KNOWN * COLUMNS, WEIGHTS = KNOWN / 2 * COLUMNS;
    score_block(way, l, s, known, groups, columns, ahead);
    for (int g = 0; g < groups; g++)
        weigh_group(way, s.scores + g * SCORES, known, visible[g], seen[g], s.fade + g * COLUMNS, s.weights + g * WEIGHTS);
#if defined(__AVX512BF16__)
    if (way == WAY_PAIRS) return mix_pairs(l, s, known, columns, seen);
#endif
    for (int g = 0; g < groups; g++)
        mix_floats(l, s, known, s.scores + g * SCORES, s.fade + g * COLUMNS, columns_of(columns, g), seen[g]);
}

// What comes after some tokens of a span: up to `count` tokens from position `begin`.
inline Ahead ahead_of(const ok2_latents& l, const Span& span, int begin, int count, const uint8_t** after) {
    Ahead ahead;
    if (begin >= span.end) return ahead;
    find_rows(l, span.chunk->pages, begin, span.end, count, after);
    ahead.rows = after;
    ahead.left = span.end - begin < count ? span.end - begin : count;
    ahead.bytes = l.width * (l.bfloat16 ? 2 : 4);
    return ahead;
}

#if defined(__AMX_TILE__)
constexpr int64_t STAYS = 1 << 20;  // bytes of latents that are still in the second cache when the next columns look at them

inline void attend_whole_segment(const ok2_latents& l, const Span& span, int begin, int end, const float (*ends)[COLUMNS],
                                 const AttentionScratch& s, const Seen* seen) {
    find_rows(l, span.chunk->pages, begin, end, SEGMENT, s.rows);
    Streams ahead(2 * (int64_t)span.end * l.width > STAYS ? ahead_of(l, span, begin + SEGMENT, SEGMENT, s.after) : Ahead{});
    float visible[GROUPS][COLUMNS];
    for (int g = 0; g < span.groups(); g++) store(visible[g], load(ends[g]) - spread((float)begin));
    attend_in_tiles(l, s, end - begin, span.groups(), visible, seen, ahead);
}
#endif

// One segment for all columns of a span, from what `seen` holds nothing of.
inline void attend_segment(Way way, const ok2_latents& l, const Span& span, int heads, int segment, AttentionScratch s,
                           const Seen* seen) {
    const int begin = segment * SEGMENT, end = begin + SEGMENT < span.end ? begin + SEGMENT : span.end;
    const int groups = span.groups();
    float ends[GROUPS][COLUMNS];  // below which position a column sees; one that nobody asked for sees all
    for (auto& group : ends)
        for (float& end : group) end = 1e9f;
    for (int c = 0; c < span.columns; c++)
        ends[c / COLUMNS][c % COLUMNS] = (float)(span.chunk->start + (span.first + c) / heads + 1);
#if defined(__AMX_TILE__)
    if (way == WAY_TILES) return attend_whole_segment(l, span, begin, end, ends, s, seen);
#endif
    for (int g = 0; g < groups; g++) forget(seen[g], l.rank);
    for (int block = begin; block < end; block += KNOWN) {
        const int left = span.end - block, known = left > KNOWN ? KNOWN : ceil_div(left, AT_ONCE) * AT_ONCE;
        if (block == begin) find_rows(l, span.chunk->pages, block, span.end, KNOWN, s.rows);
        else std::swap(s.rows, s.after);
        if (way == WAY_FLOATS) prepare_floats(l, known, s);
        Ahead ahead = ahead_of(l, span, block + KNOWN, KNOWN, s.after);
        float visible[GROUPS][COLUMNS];
        for (int g = 0; g < groups; g++)
            for (int v = 0; v < COLUMNS; v += LANES) store(visible[g] + v, load(ends[g] + v) - spread((float)block));
        attend_block(way, l, s, known, groups, span.columns, visible, seen, ahead);
    }
}

inline void arrange_queries(Way way, const ok2_latents& l, const Span& span, const Queries& queries, int heads, const AttentionScratch& s) {
    for (int g = 0; g < span.groups(); g++) {
        const int columns = columns_of(span.columns, g);
        const int64_t at = ((int64_t)span.chunk->row * heads + span.first + g * COLUMNS) * l.width;
        float* to = s.queries + g * query_floats(l.width);
        if (way == WAY_FLOATS) arrange_floats(queries, at, columns, l.width, to);
#if defined(__AVX512BF16__)
        if (way == WAY_PAIRS) arrange_pairs(queries, at, columns, l.width, to);
#endif
#if defined(__AMX_TILE__)
        if (way == WAY_TILES) arrange_tiles(queries, at, columns, l.width, to);
#endif
    }
}

// emit(row, head, mixed[R]) for the columns of a group from `begin` to `end`; `mixed` is room for one.
template <class Emit>
inline void emit_columns(Way way, const ok2_latents& l, const Span& span, int g, int begin, int end, int heads, const Seen& seen,
                         float* mixed, Emit&& emit) {
    for (int c = begin; c < end && g * COLUMNS + c < span.columns; c++) {
        const int column = span.first + g * COLUMNS + c;
        const F inverse = spread(1.0f / seen.total[c]);
        int i = 0;
#if defined(__AVX512BF16__)
        for (; way != WAY_FLOATS && i + 32 <= l.rank; i += 32)
            put_right(load(mixed_at(seen, c, i)) * inverse, load(mixed_at(seen, c, i + 16)) * inverse, mixed + i);
#else
        (void)way;
#endif
        for (; i < l.rank; i += LANES) store(mixed + i, load(mixed_at(seen, c, i)) * inverse);
        emit(span.chunk->row + column / heads, column % heads, mixed);
    }
}

// How the columns of a step are cut into spans, and whether the segments of a span are computed by different threads:
// where there are few spans.
struct AttentionPlan {
    int spans = 0, segments = 0;
    bool apart = false;
};

// What one attention over a step needs beside its arguments.
struct AttentionMemory {
    AttentionPlan plan;
    Span* spans;
    int32_t* segment_span;    // [segments], where they are computed apart
    int32_t* segment_number;  // of its span
    float* partials;
};

template <class Each>
inline void each_span(const ok2_chunk* chunks, int count, int heads, Each&& each) {
    const int size = GROUPS * COLUMNS;
    for (int i = count - 1; i >= 0; i--) {  // the longest first
        const int columns = chunks[i].tokens * heads;
        for (int first = (columns - 1) / size * size; first >= 0; first -= size) {
            Span span = {chunks + i, first, columns - first < size ? columns - first : size, 0, 0};
            span.end = chunks[i].start + (first + span.columns - 1) / heads + 1;
            each(span);
        }
    }
}

inline AttentionPlan measure_attention(const ok2_chunk* chunks, int count, int heads, int threads) {
    AttentionPlan plan;
    int most = 1;
    each_span(chunks, count, heads, [&](const Span& span) {
        plan.spans++;
        plan.segments += span.segments();
        most = span.segments() > most ? span.segments() : most;
    });
    plan.apart = threads > 1 && most > 1 && plan.spans < 2 * threads;
    return plan;
}

template <class Source>
inline void take_attention_memory(const AttentionPlan& plan, int rank, Source& from, AttentionMemory& m) {
    const int64_t segments = plan.apart ? plan.segments : 0;
    m.plan = plan;
    m.spans = from.template take<Span>(plan.spans);
    m.segment_span = from.template take<int32_t>(segments);
    m.segment_number = from.template take<int32_t>(segments);
    m.partials = (float*)from.template take<uint8_t>(segments * GROUPS * whole_lines(4 * seen_floats(rank)));
}

inline void plan_attention(const ok2_chunk* chunks, int count, int heads, AttentionMemory& m) {
    int spans = 0, segments = 0;
    each_span(chunks, count, heads, [&](Span span) {
        span.partial = segments * GROUPS;
        for (int i = 0; i < span.segments() && m.plan.apart; i++) {
            m.segment_span[segments] = spans;
            m.segment_number[segments++] = i;
        }
        m.spans[spans++] = span;
    });
}

inline Seen partial_at(const AttentionMemory& m, int index, int rank) {
    return seen_at(m.partials + index * (whole_lines(4 * seen_floats(rank)) / 4));
}

// Every thread of a team calls this with the same arguments and its own scratch; emit(row, head, mixed[R]).
template <class Emit>
inline void attend(openk2::Team& team, const ok2_latents& l, const Queries& queries, int heads, const AttentionMemory& m,
                   uint8_t* scratch, Emit&& emit) {
    const Way way = way_of(l);
    const AttentionScratch s = attention_scratch(scratch, l.width, l.rank);
    const int64_t size = whole_lines(4 * seen_floats(l.rank)) / 4;
    // neighbouring segments go to one thread: what it fetched ahead is what comes next
    const int run = m.plan.apart ? ceil_div(m.plan.segments, 8 * team.shared.threads) : 1;
    team.each(ceil_div(m.plan.apart ? m.plan.segments : m.plan.spans, run), [&](int unit) {
        Seen whole[GROUPS], part[GROUPS];
        for (int g = 0; g < GROUPS; g++) whole[g] = seen_at(s.seen + g * size), part[g] = seen_at(s.seen + (GROUPS + g) * size);
        if (m.plan.apart) {
            for (int i = unit * run; i < (unit + 1) * run && i < m.plan.segments; i++) {
                const Span& span = m.spans[m.segment_span[i]];
                const int segment = m.segment_number[i];
                if (i == unit * run || m.segment_span[i] != m.segment_span[i - 1])
                    arrange_queries(way, l, span, queries, heads, s);
                Seen put_away[GROUPS];
                for (int g = 0; g < GROUPS; g++) put_away[g] = partial_at(m, span.partial + segment * GROUPS + g, l.rank);
                attend_segment(way, l, span, heads, segment, s, way == WAY_TILES ? put_away : whole);
                for (int g = 0; way != WAY_TILES && g < span.groups(); g++)  // worked on nearby
                    memcpy(put_away[g].largest, whole[g].largest, 4 * size);
            }
            return;
        }
        const Span& span = m.spans[unit];
        arrange_queries(way, l, span, queries, heads, s);
        attend_segment(way, l, span, heads, 0, s, whole);
        for (int segment = 1; segment < span.segments(); segment++) {
            attend_segment(way, l, span, heads, segment, s, part);
            for (int g = 0; g < span.groups(); g++) join(whole[g], part[g], l.rank);
        }
        for (int g = 0; g < span.groups(); g++)
            emit_columns(way, l, span, g, 0, COLUMNS, heads, whole[g], s.scores, emit);
    });
    if (!m.plan.apart) return;
    constexpr int SOME = 4, PARTS = GROUPS * COLUMNS / SOME;  // columns
    team.each(m.plan.spans * PARTS, [&](int i) {
        const Span& span = m.spans[i / PARTS];
        const int g = i % PARTS * SOME / COLUMNS, begin = i % PARTS * SOME % COLUMNS, end = begin + SOME;
        if (g * COLUMNS + begin >= span.columns) return;
        // others join other columns of the same group: of what is shared only the mixed ones are written to
        float largest[COLUMNS], total[COLUMNS];
        const Seen first = partial_at(m, span.partial + g, l.rank), whole = {largest, total, first.mixed};
        memcpy(largest, first.largest, sizeof largest);
        memcpy(total, first.total, sizeof total);
        for (int segment = 1; segment < span.segments(); segment++)
            join(whole, partial_at(m, span.partial + segment * GROUPS + g, l.rank), l.rank, begin, end);
        emit_columns(way, l, span, g, begin, end, heads, whole, s.scores, emit);
    });
}

}  // namespace
