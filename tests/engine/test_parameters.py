"""Sampling parameters as the engine honours them: what ends an answer, what is reported, several answers at once."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace

import pytest
import torch
from conftest import EngineMaker, random_prompts
from test_engine import collect, idle, scripted

from openk2.chat.sampling import SamplingParams
from openk2.chat.tokenizer import Tokenizer
from openk2.engine import Engine
from openk2.errors import RequestError
from openk2.model import K2Model

GREEDY = SamplingParams(temperature=0, max_tokens=12)
WARM = SamplingParams(temperature=1.0, seed=5, max_tokens=12)


def test_a_stop_token_ends_the_answer_and_is_not_in_its_text(make_engine: EngineMaker) -> None:
    done = scripted(make_engine(), b"hello").generate([[0]], replace(GREEDY, stop_token_ids=(ord("l"),)))[0]
    assert (bytes(done.ids), done.text, done.finish) == (b"hel", "he", "stop")


def test_the_end_of_a_turn_can_be_ignored(make_engine: EngineMaker, tokenizer: Tokenizer) -> None:
    end = tokenizer.id("<|im_end|>")
    engine = scripted(make_engine(), [104, end, 105, end])
    done = engine.generate([[0]], replace(GREEDY, ignore_eos=True, max_tokens=4))[0]
    assert (done.ids, done.text, done.finish) == ((104, end, 105, end), "hi", "length")


def test_before_min_tokens_nothing_ends_the_answer(make_engine: EngineMaker) -> None:
    engine = scripted(make_engine(), b"stop, stop, stop")
    wish = replace(GREEDY, stop=("stop",), max_tokens=20)
    assert engine.generate([[0]], wish)[0].text == ""
    assert engine.generate([[0]], replace(wish, min_tokens=5))[0].text == "stop, "
    short = scripted(make_engine(), b"ab")
    long = short.generate([[0]], replace(GREEDY, min_tokens=6))[0]
    assert len(long.ids) >= 6
    assert not set(long.ids[:6]) & short.tokenizer.stop_ids


def test_bias_decides_and_penalties_forbid_to_say_it_again(make_engine: EngineMaker) -> None:
    engine = make_engine()
    same = engine.generate([[1, 2]], replace(GREEDY, logit_bias={65: 1000.0}))[0]
    assert set(same.ids) == {65}
    penalised = replace(GREEDY, frequency_penalty=2.0, repetition_penalty=10.0, presence_penalty=2.0)
    spread = engine.generate([[1, 2]], penalised)[0]
    assert max(Counter(spread.ids).values()) < max(Counter(engine.generate([[1, 2]], GREEDY)[0].ids).values())


@pytest.mark.parametrize("name", ["logit_bias", "stop_token_ids"])
def test_ids_outside_the_vocabulary_are_refused(make_engine: EngineMaker, name: str) -> None:
    given = {"logit_bias": {512: 1.0}, "stop_token_ids": (512,)}[name]
    with pytest.raises(RequestError, match=f"{name} holds token id 512; accepted: 0 … 511"):
        make_engine().generate([[1]], replace(GREEDY, **{name: given}))  # type: ignore[arg-type]


@torch.no_grad()
@pytest.mark.parametrize("crowded", [False, True])
def test_logprobs_of_prompt_and_answer_are_the_model_s(
    make_engine: EngineMaker, model: K2Model, tokenizer: Tokenizer, crowded: bool
) -> None:
    """Also where the prompt is cached, cut into chunks, and its pages are taken away in between."""
    options = {"max_context": 96, "cache_tokens": 96, "step_tokens": 32} if crowded else {}
    engine = make_engine(page_tokens=8, **options)
    prompts = random_prompts(6, 60, seed=8)
    wish = replace(WARM, logprobs=True, top_logprobs=2, prompt_logprobs=True, max_tokens=30)
    engine.generate(prompts, GREEDY)
    done = engine.generate(prompts, wish)
    assert (engine.load.counters.preemptions > 0) == crowded
    assert results_of(done) == results_of(make_engine(page_tokens=8).generate(prompts, wish))
    for one in done:
        ids = torch.tensor([[*one.prompt_ids, *one.ids]])
        log_p_TV = model(ids)[0].masked_fill(engine._sampler.banned_V, float("-inf")).log_softmax(-1)
        reported = [*one.prompt_logprobs, *zip(one.ids, one.logprobs, one.choices[0].top_logprobs, strict=True)]
        assert len(reported) == ids.shape[1] - 1
        for position, entry in enumerate(reported):
            id, logprob, top = (entry.id, entry.logprob, entry.top) if not isinstance(entry, tuple) else entry
            assert id == ids[0, position + 1]
            assert logprob == pytest.approx(log_p_TV[position, id].item(), abs=1e-4)
            assert [value for _, value in top] == pytest.approx(log_p_TV[position].topk(2).values.tolist(), abs=1e-4)
    assert idle(engine)


def results_of(completions: object) -> object:
    assert isinstance(completions, list)
    return [(one.ids, one.logprobs, one.prompt_logprobs) for one in completions]


def test_n_answers_compute_the_prompt_once_and_the_first_is_the_answer_alone(make_engine: EngineMaker) -> None:
    engine = make_engine(page_tokens=16, speculation="off")
    prompt = list(range(40))
    done = engine.generate([prompt], replace(WARM, n=4))[0]
    counters = engine.load.counters
    longest = max(len(choice.ids) for choice in done.choices)
    assert counters.steps == longest
    assert counters.computed_tokens == len(prompt) + sum(len(choice.ids) - 1 for choice in done.choices)
    assert len({choice.ids for choice in done.choices}) == 4
    alone = make_engine().generate([prompt], WARM)[0]
    assert (done.ids, done.text, done.finish) == (alone.ids, alone.text, alone.finish)
    again = make_engine(speculation="off").generate([prompt], replace(WARM, n=4))[0]
    assert again.choices == done.choices
    assert idle(engine)


def test_answers_that_find_no_place_come_later_and_are_the_same(make_engine: EngineMaker) -> None:
    prompts = random_prompts(3, 40, seed=3)
    wish = replace(WARM, n=5, top_p=0.95)
    small = make_engine(max_batch=2, max_context=64, cache_tokens=64, page_tokens=8)
    crowded = [one.choices for one in small.generate(prompts, wish)]
    roomy = [one.choices for one in make_engine().generate(prompts, wish)]
    assert [[(c.ids, c.text, c.finish) for c in one] for one in crowded] == [
        [(c.ids, c.text, c.finish) for c in one] for one in roomy
    ]
    assert idle(small)


def test_greedy_answers_of_one_request_are_all_the_same(make_engine: EngineMaker) -> None:
    done = make_engine().generate([[1, 2, 3]], replace(GREEDY, n=3))[0]
    assert len({choice.ids for choice in done.choices}) == 1


def test_a_stream_names_the_choice_of_each_piece(make_engine: EngineMaker) -> None:
    engine = make_engine()
    wish = replace(WARM, n=3)
    pieces = asyncio.run(collect(engine.stream([1, 2, 3], wish)))
    whole = engine.generate([[1, 2, 3]], wish)[0]
    for number, choice in enumerate(whole.choices):
        own = [piece for piece in pieces if piece.choice == number]
        assert tuple(piece.id for piece in own) == choice.ids
        assert "".join(piece.text for piece in own) == choice.text
        assert own[-1].finish == choice.finish


def test_leaving_a_stream_of_several_answers_ends_them_all(make_engine: EngineMaker) -> None:
    engine = make_engine()

    async def leave() -> None:
        stream = engine.stream([1, 2, 3], SamplingParams(temperature=1.0, seed=1, n=4))
        await anext(stream)
        await stream.aclose()

    asyncio.run(leave())
    assert idle(engine)


def test_a_request_of_higher_priority_goes_first(make_engine: EngineMaker) -> None:
    engine = make_engine(max_batch=1, speculation="off")

    async def order() -> list[int]:
        finished: list[int] = []

        async def run(number: int, priority: int) -> None:
            await collect(engine.stream([number], replace(GREEDY, priority=priority, ignore_eos=True)))
            finished.append(number)

        await asyncio.gather(run(0, 0), run(1, 0), run(2, 5))
        return finished

    assert asyncio.run(order()).index(2) < 2


def test_the_load_counts_what_was_done(make_engine: EngineMaker) -> None:
    engine = make_engine(page_tokens=16, speculation="off")
    prompt = list(range(50))
    engine.generate([prompt, [7]], replace(GREEDY, max_tokens=1))
    engine.generate([prompt], replace(GREEDY, max_tokens=3, ignore_eos=True))
    counters = engine.load.counters
    assert (counters.requests, counters.prompt_tokens) == (3, 101)
    assert (counters.prefix_hits, counters.prefix_tokens) == (1, 48)
    assert counters.computed_tokens == 51 + 2 + 2
    assert (counters.steps, counters.preemptions, counters.proposed_tokens) == (1 + 3, 0, 0)


def test_the_load_shows_counters_of_what_the_engine_works_with(make_engine: EngineMaker) -> None:
    engine: Engine = make_engine()
    engine.count_with("experts", lambda: {"hits": 3})
    others = dict(engine.load.others)
    others.pop("routing", None)  # the native kernels' own
    assert others == {"experts": {"hits": 3}}
