"""What an answer that breaks off is charged for is known from the events it had."""

from openk2.chat.events import PromptTokens, ReasoningDelta, TextDelta, Tokens, ToolCallStart, Usage
from openk2.server.accounts.tally import Tally


def tallied(*events: object) -> Usage:
    tally = Tally()
    for event in events:
        tally.take(0, event)  # type: ignore[arg-type]
    return tally.usage


def test_tokens_are_counted_however_many_come_at_a_time() -> None:
    one_by_one = (Tokens((1,)), TextDelta("a"), Tokens((2,)), TextDelta("b"))
    together = (Tokens((1, 2)), TextDelta("ab"))
    assert (
        tallied(PromptTokens((7, 8), 1), *one_by_one) == tallied(PromptTokens((7, 8), 1), *together) == Usage(2, 1, 2)
    )


def test_the_tokens_with_which_reasoning_begins_are_reasoning() -> None:
    begun = (Tokens((1, 2, 3)), ReasoningDelta("abc"), Tokens((4,)), ReasoningDelta("d"))
    assert tallied(*begun).reasoning_tokens == 4
    assert tallied(*begun, Tokens((5,)), TextDelta("e"), Tokens((6, 7)), TextDelta("fg")).reasoning_tokens == 5


def test_tokens_of_text_and_calls_are_none() -> None:
    assert tallied(Tokens((1, 2)), TextDelta("ab"), Tokens((3,)), ToolCallStart(0, "functions.f:0", "f")) == Usage(
        0, 0, 3
    )


def test_of_a_backend_without_ids_pieces_count() -> None:
    assert tallied(ReasoningDelta("a"), TextDelta("b"), TextDelta("c")) == Usage(0, 0, 3, reasoning_tokens=1)


def test_the_backends_own_counts_are_the_last_word() -> None:
    assert tallied(Tokens((1,)), TextDelta("a"), Usage(5, 4, 3)) == Usage(5, 4, 3)
