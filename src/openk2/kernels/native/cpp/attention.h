// Absorbed latent attention over pages (DeepSeek-V2, arXiv 2405.04434, section 2.1.2), shared out to a team: columns are
// taken in spans, known tokens in segments (attention_block.h has what they are made of).
//
// Segments are computed apart, also by different threads, and joined in order: first those of a stretch of four, then stretches.
// They begin at multiples of their size, so that a column's result depends on its position alone: not on the tokens beside it in a
// step, nor on the number of threads, nor on which segments were computed at the same time.
#pragma once
#include <utility>

#include "attention_floats.h"
#include "attention_pairs.h"
#include "attention_tiles.h"
#include "team.h"

namespace {

// Some groups of columns of one chunk.
struct Span {
    const ok2_chunk* chunk;
    int first, columns;  // of the chunk: token * H + head
    int partial;         // index of its first partial result, where it is computed in pieces
    int end;             // positions below this one are looked at
    int groups() const { return ceil_div(columns, COLUMNS); }
    int segments() const { return ceil_div(end, SEGMENT); }
};

constexpr int STRETCH = 4;  // segments that are joined before they are joined to those of earlier stretches

// What a thread knows of its way through a span.
struct Course {
    int until;     // position up to which it goes on
    bool fetched;  // whether it comes to latents that it fetched before
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

// What comes after some tokens of a span: up to `count` tokens from position `begin`, before position `until`.
inline Ahead ahead_of(const ok2_latents& l, const Span& span, int begin, int until, int count, const uint8_t** after) {
    Ahead ahead;
    if (begin >= until) return ahead;
    find_rows(l, span.chunk->pages, begin, until, count, after);
    ahead.rows = after;
    ahead.left = until - begin < count ? until - begin : count;
    ahead.bytes = l.width * (l.bfloat16 ? 2 : 4);
    return ahead;
}

#if defined(__AMX_TILE__)
constexpr int64_t STAYS = 1 << 20;  // bytes of latents that are still in the second cache when the next columns look at them

// A segment in tiles.
inline void attend_whole_segment(const ok2_latents& l, const Span& span, int begin, int end, Course course,
                                 const float (*ends)[COLUMNS], const AttentionScratch& s, const Seen* seen) {
    const bool far = 2 * (int64_t)span.end * l.width > STAYS;
    find_rows(l, span.chunk->pages, begin, end, SEGMENT, s.rows);
    if (far && !course.fetched) Streams(l, span.chunk->pages, begin, end).fetch_all();
    const int next = begin + SEGMENT, until = course.until < next + SEGMENT ? course.until : next + SEGMENT;
    Streams ahead(l, span.chunk->pages, next, far ? until : next);
    float visible[GROUPS][COLUMNS];
    for (int g = 0; g < span.groups(); g++) store(visible[g], load(ends[g]) - spread((float)begin));
    attend_in_tiles(l, s, end - begin, span.groups(), visible, seen, ahead);
}
#endif

// One segment for all columns of a span, from what `seen` holds nothing of.
inline void attend_segment(Way way, const ok2_latents& l, const Span& span, int heads, int segment, Course course,
                           AttentionScratch s, const Seen* seen) {
    const int begin = segment * SEGMENT, end = begin + SEGMENT < span.end ? begin + SEGMENT : span.end;
    const int groups = span.groups();
    float ends[GROUPS][COLUMNS];  // below which position a column sees; one that nobody asked for sees all
    for (auto& group : ends)
        for (float& end : group) end = 1e9f;
    for (int c = 0; c < span.columns; c++)
        ends[c / COLUMNS][c % COLUMNS] = (float)(span.chunk->start + (span.first + c) / heads + 1);
#if defined(__AMX_TILE__)
    if (way == WAY_TILES) return attend_whole_segment(l, span, begin, end, course, ends, s, seen);
#else
    (void)course;
#endif
    for (int g = 0; g < groups; g++) forget(seen[g], l.rank);
    for (int block = begin; block < end; block += KNOWN) {
        const int left = span.end - block, known = left > KNOWN ? KNOWN : ceil_div(left, AT_ONCE) * AT_ONCE;
        if (block == begin) find_rows(l, span.chunk->pages, block, span.end, KNOWN, s.rows);
        else std::swap(s.rows, s.after);
        if (way == WAY_FLOATS) prepare_floats(l, known, s);
        Ahead ahead = ahead_of(l, span, block + KNOWN, span.end, KNOWN, s.after);
        float visible[GROUPS][COLUMNS];
        for (int g = 0; g < groups; g++)
            for (int v = 0; v < COLUMNS; v += LANES) store(visible[g] + v, load(ends[g] + v) - spread((float)block));
        attend_block(way, l, s, known, groups, span.columns, visible, seen, ahead);
    }
}

// The segments from `first` to `end`, of one stretch, joined in order: into `sum`; `part` is room for one.
inline void attend_segments(Way way, const ok2_latents& l, const Span& span, int heads, int first, int end, Course course,
                            const AttentionScratch& s, const Seen* sum, const Seen* part) {
    attend_segment(way, l, span, heads, first, course, s, sum);
    for (int segment = first + 1; segment < end; segment++) {
        attend_segment(way, l, span, heads, segment, {course.until, true}, s, part);
        for (int g = 0; g < span.groups(); g++) join(sum[g], part[g], l.rank);
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

// How the columns of a step are cut into spans, and these, where they are few, into pieces for different threads.
struct AttentionPlan {
    int groups = 0;  // of a span, at most
    int spans = 0, pieces = 0;
    int piece = 0;   // segments of one: 1, or a stretch; 0: spans are not cut
    int pieces_of(const Span& span) const { return ceil_div(span.segments(), piece); }
};

// What one attention over a step needs beside its arguments.
struct AttentionMemory {
    AttentionPlan plan;
    Span* spans;
    int32_t* piece_span;    // [pieces], where spans are cut
    int32_t* piece_number;  // of its span
    float* partials;
};

template <class Each>
inline void each_span(const ok2_chunk* chunks, int count, int heads, int groups, Each&& each) {
    const int size = groups * COLUMNS;
    for (int i = count - 1; i >= 0; i--) {  // the longest first
        const int columns = chunks[i].tokens * heads;
        for (int first = (columns - 1) / size * size; first >= 0; first -= size) {
            Span span = {chunks + i, first, columns - first < size ? columns - first : size, 0, 0};
            span.end = chunks[i].start + (first + span.columns - 1) / heads + 1;
            each(span);
        }
    }
}

// Groups that share what is prepared of known tokens: as many as leave these room in the second cache, and threads enough spans.
inline int groups_at_once(const ok2_chunk* chunks, int count, int heads, int width, int rank, int threads) {
    constexpr int LEAST = 4, SPANS = 8;
    constexpr int64_t ROOM = 1200 << 10;
    int64_t columns = 0;
    for (int i = 0; i < count; i++) columns += (int64_t)chunks[i].tokens * heads;
    const int64_t latents = 2ll * HELD * width, of_group = 2 * query_floats(width) + 8 * seen_floats(rank) + 2 * HELD * COLUMNS;
    const int64_t fit = (ROOM - latents) / of_group, fair = columns / (COLUMNS * SPANS * threads);
    const int64_t groups = (fit < fair ? fit : fair) / 2 * 2;
    return groups < LEAST ? LEAST : groups > GROUPS ? GROUPS : (int)groups;
}

inline AttentionPlan measure_attention(const ok2_chunk* chunks, int count, int heads, int width, int rank, int threads) {
    constexpr int ENOUGH = 4;  // stretches for each thread
    AttentionPlan plan;
    plan.groups = groups_at_once(chunks, count, heads, width, rank, threads);
    int most = 1, segments = 0, stretches = 0;
    each_span(chunks, count, heads, plan.groups, [&](const Span& span) {
        plan.spans++;
        segments += span.segments();
        stretches += ceil_div(span.segments(), STRETCH);
        most = span.segments() > most ? span.segments() : most;
    });
    if (threads == 1 || most == 1 || plan.spans >= 2 * threads) return plan;
    plan.piece = stretches < ENOUGH * threads ? 1 : STRETCH;
    plan.pieces = plan.piece == 1 ? segments : stretches;
    return plan;
}

template <class Source>
inline void take_attention_memory(const AttentionPlan& plan, int rank, Source& from, AttentionMemory& m) {
    m.plan = plan;
    m.spans = from.template take<Span>(plan.spans);
    m.piece_span = from.template take<int32_t>(plan.pieces);
    m.piece_number = from.template take<int32_t>(plan.pieces);
    m.partials = (float*)from.template take<uint8_t>((int64_t)plan.pieces * plan.groups * whole_lines(4 * seen_floats(rank)));
}

inline void plan_attention(const ok2_chunk* chunks, int count, int heads, AttentionMemory& m) {
    int spans = 0, pieces = 0;
    each_span(chunks, count, heads, m.plan.groups, [&](Span span) {
        span.partial = pieces * m.plan.groups;
        for (int i = 0; m.plan.piece && i < m.plan.pieces_of(span); i++) {
            m.piece_span[pieces] = spans;
            m.piece_number[pieces++] = i;
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
    const AttentionPlan& plan = m.plan;
    const int units = plan.piece ? plan.pieces : plan.spans;
    int expected = -1;  // the piece whose latents this thread has begun to fetch
    team.each(units, [&](int unit) {
        Seen whole[GROUPS], sum[GROUPS], part[GROUPS];
        for (int g = 0; g < GROUPS; g++) {
            float* const seen = s.seen + 3 * g * size;
            whole[g] = seen_at(seen), sum[g] = seen_at(seen + size), part[g] = seen_at(seen + 2 * size);
        }
        const Span& span = m.spans[plan.piece ? m.piece_span[unit] : unit];
        const int segments = span.segments();
        arrange_queries(way, l, span, queries, heads, s);
        if (plan.piece) {
            const int number = m.piece_number[unit], first = number * plan.piece, left = segments - first;
            const int end = left < plan.piece ? segments : first + plan.piece;
            // the next piece is mostly this thread's too
            const bool goes_on = unit + 1 < team.first_of(units, team.thread + 1);
            const int until = goes_on || end == segments ? span.end : end * SEGMENT;
            attend_segments(way, l, span, heads, first, end, {until, number && unit == expected}, s, sum, part);
            expected = goes_on ? unit + 1 : -1;
            for (int g = 0; g < span.groups(); g++)
                memcpy(partial_at(m, span.partial + number * plan.groups + g, l.rank).largest, sum[g].largest, 4 * size);
            return;
        }
        for (int first = 0; first < segments; first += STRETCH) {
            const int end = segments - first < STRETCH ? segments : first + STRETCH;
            attend_segments(way, l, span, heads, first, end, {span.end, true}, s, first ? sum : whole, part);
            for (int g = 0; first && g < span.groups(); g++) join(whole[g], sum[g], l.rank);
        }
        for (int g = 0; g < span.groups(); g++)
            emit_columns(way, l, span, g, 0, COLUMNS, heads, whole[g], s.scores, emit);
    });
    if (!plan.piece) return;
    constexpr int SOME = 4;  // columns
    const int parts = plan.groups * COLUMNS / SOME;
    team.each(plan.spans * parts, [&](int i) {
        const Span& span = m.spans[i / parts];
        const int g = i % parts * SOME / COLUMNS, begin = i % parts * SOME % COLUMNS, end = begin + SOME;
        if (g * COLUMNS + begin >= span.columns) return;
        const int pieces = plan.pieces_of(span), of_stretch = STRETCH / plan.piece;
        // others join other columns of the same group: of what is shared only the mixed ones are written to
        float largest[2][COLUMNS], total[2][COLUMNS];
        const auto joined = [&](int first) {  // the pieces of a stretch
            const auto at = [&](int piece) { return partial_at(m, span.partial + piece * plan.groups + g, l.rank); };
            const Seen from = at(first), sum = {largest[first > 0], total[first > 0], from.mixed};
            memcpy(sum.largest, from.largest, sizeof *largest);
            memcpy(sum.total, from.total, sizeof *total);
            for (int piece = first + 1; piece < first + of_stretch && piece < pieces; piece++)
                join(sum, at(piece), l.rank, begin, end);
            return sum;
        };
        const Seen whole = joined(0);
        for (int first = of_stretch; first < pieces; first += of_stretch) join(whole, joined(first), l.rank, begin, end);
        emit_columns(way, l, span, g, begin, end, heads, whole, s.scores, emit);
    });
}

}  // namespace
