"""Token ids to messages: one table-driven state machine, the same for streaming and not.

    output  := [reasoning] [text] [section]
    section := SECTION_BEGIN call+ SECTION_END
    call    := CALL_BEGIN id ARGUMENTS_BEGIN json CALL_END          id := functions.NAME:IDX

Structure comes from control-token ids alone, so text that merely spells a marker stays text. `TABLE` says what each
control token does in each state; between control tokens, each state handles its text as `OutputParser._text` has it.
Models stray from the grammar in known ways, and every id sequence has a meaning here:

- reasoning may end at the first call, without `</think>`; output that ends inside reasoning is reasoning;
- tokenizers that lack `<think>` spell it: it counts at the very beginning, `</think>` counts in reasoning;
- a section marker may be spelled out, also in the singular: it is dropped where a call follows at once;
- any closing marker closes an open call; a call that the output breaks off in is not ended;
- an id may be a bare counter: the call is to the only tool declared, or to the one whose parameters its arguments fit;
- whitespace around ids and arguments, before calls and behind reasoning is dropped; no arguments are `{}`;
- whatever follows the calls is dropped, and control tokens without meaning where they stand are ignored.
"""

from collections.abc import Iterable, Mapping, Sequence
from enum import Enum, auto
from itertools import groupby
from types import MappingProxyType

from openk2.chat.call_ids import call_id, is_indexed, tool_by_arguments, tool_name
from openk2.chat.events import (
    Event,
    ReasoningDelta,
    TextDelta,
    ToolCallArguments,
    ToolCallEnd,
    ToolCallStart,
    fold,
)
from openk2.chat.messages import Message, ToolSpec
from openk2.chat.template import (
    ARGUMENTS_BEGIN,
    CALL_BEGIN,
    CALL_END,
    END_THINK,
    IM_ASSISTANT,
    IM_END,
    IM_SYSTEM,
    IM_USER,
    SECTION_BEGIN,
    SECTION_END,
    THINK,
)
from openk2.chat.tokenizer import IncrementalDecoder, Tokenizer


class State(Enum):
    """Where in the output the next text belongs."""

    TEXT = auto()
    REASONING = auto()
    SECTION = auto()
    """Before, between and after calls: text here is dropped."""
    CALL_ID = auto()
    ARGUMENTS = auto()
    OVER = auto()


_SPELLED_SECTION = ("<|tool_call_section_begin|>", SECTION_BEGIN)
_TURN_ENDS = (IM_END, "[EOS]", "[EOT]", IM_USER, IM_ASSISTANT, IM_SYSTEM)

TABLE: Mapping[tuple[State, str], State] = MappingProxyType(
    {
        (State.TEXT, THINK): State.REASONING,
        (State.TEXT, SECTION_BEGIN): State.SECTION,
        (State.TEXT, CALL_BEGIN): State.CALL_ID,
        (State.REASONING, END_THINK): State.TEXT,
        (State.REASONING, SECTION_BEGIN): State.SECTION,
        (State.REASONING, CALL_BEGIN): State.CALL_ID,
        (State.SECTION, CALL_BEGIN): State.CALL_ID,
        (State.CALL_ID, ARGUMENTS_BEGIN): State.ARGUMENTS,
        (State.CALL_ID, CALL_BEGIN): State.CALL_ID,
        (State.CALL_ID, CALL_END): State.SECTION,
        (State.CALL_ID, SECTION_BEGIN): State.SECTION,
        (State.CALL_ID, SECTION_END): State.SECTION,
        (State.ARGUMENTS, CALL_BEGIN): State.CALL_ID,
        (State.ARGUMENTS, CALL_END): State.SECTION,
        (State.ARGUMENTS, SECTION_BEGIN): State.SECTION,
        (State.ARGUMENTS, SECTION_END): State.SECTION,
        **{(state, end): State.OVER for state in State if state is not State.OVER for end in _TURN_ENDS},
    }
)
"""State and control token to the next state; a pair that is not here changes nothing."""


class OutputParser:
    """Sampled ids in, events out. However the ids are cut into pushes, the events add up to the same message."""

    def __init__(
        self,
        tokenizer: Tokenizer,
        first_call_index: int = 0,
        tools: Sequence[ToolSpec] = (),
        continues: Message | None = None,
    ) -> None:
        """`first_call_index`: how many calls the dialogue made before; numbers a call to which the model gave no index,
        or the id of another call of this answer. `tools`: the declared ones; name a call that gives a counter only.
        `continues`: the beginning of this answer, which the prompt ends with."""
        self._decoder = IncrementalDecoder(tokenizer)
        self._controls = {id: name for name, id in tokenizer.special.items()}
        self._spelled_think = THINK not in tokenizer.special
        self._first_call_index = first_call_index
        self._state = State.TEXT
        self._fresh = True
        """Nothing has been settled and no control token has counted yet: the output is at its beginning."""
        self._held = ""
        """Text of this state that is not settled: it may turn out to be whitespace to drop, or a marker."""
        self._begun = False
        """Some text has been settled since this state was entered."""
        self._tools = tools
        self._counter: str | None = None
        """The id of the present call, which waits for its arguments to tell the tool."""
        self._ids: list[str] = []
        self._events: list[Event] = []
        self.reasoned = 0
        """How many ids were reasoning, its markers included."""
        if continues is not None and (continues.content or continues.reasoning):
            self._state = State.TEXT if continues.content else State.REASONING
            self._begun, self._fresh = True, False

    @property
    def call_count(self) -> int:
        """How many calls have begun."""
        return len(self._ids)

    @property
    def over(self) -> bool:
        """The turn has ended, by a control token or by `finish`; further ids are ignored."""
        return self._state is State.OVER

    def push(self, ids: Iterable[int]) -> list[Event]:
        """The events that became certain with these ids. Raises ChatError for an id outside the vocabulary."""
        for control, run in groupby(ids, self._controls.get):
            if control is None:
                self._read(run)
                continue
            for _ in run:
                before = self._state
                if (before, control) in TABLE:
                    self._leave(control)
                self.reasoned += State.REASONING in (before, self._state)
        return self._take()

    def _read(self, ids: Iterable[int]) -> None:
        """Take ids that are text: all of it at once, unless it may spell where reasoning begins and ends."""
        texts = [self._decoder.push(id) for id in ids]
        for count, text in [(1, text) for text in texts] if self._spelled_think else [(len(texts), "".join(texts))]:
            before = self._state
            self._text(text)
            if State.REASONING in (before, self._state):
                self.reasoned += count

    def finish(self) -> list[Event]:
        """The events that are left when no more ids come. A call that was not closed gets no ToolCallEnd."""
        if not self.over:
            self._leave(None)
        return self._take()

    def _take(self) -> list[Event]:
        events, self._events = self._events, []
        return events

    def _text(self, text: str) -> None:
        """Take text in the present state and say what is settled of it."""
        if not text or self._state in (State.SECTION, State.OVER):
            return
        if self._begun and not self._held and self._counter is None and self._is_plain(text):
            self._say(text)
            return
        self._held += text
        if self._spelled_think:
            self._find_spelled_think()
        match self._state:
            case State.TEXT:
                end = _marker_start(self._held, self._markers())
                if not self._begun and not self._held[:end].strip():
                    end = 0
            case State.REASONING:
                end = len(self._held[: _marker_start(self._held, self._markers())].rstrip())
            case State.ARGUMENTS if self._counter is None:
                self._held = self._held if self._begun else self._held.lstrip()
                end = len(self._held.rstrip())
            case _:
                return
        settled, self._held = self._held[:end], self._held[end:]
        self._say(settled)

    def _is_plain(self, text: str) -> bool:
        """Whether nothing in the text can turn out to be something else, as in most tokens."""
        return "<" not in text and (self._state is State.TEXT or not text[-1].isspace())

    def _markers(self) -> tuple[str, ...]:
        """The markers that text at this place may spell."""
        if not self._spelled_think:
            return _SPELLED_SECTION
        if self._state is State.REASONING:
            return (*_SPELLED_SECTION, END_THINK)
        return (*_SPELLED_SECTION, THINK) if self._fresh else _SPELLED_SECTION

    def _find_spelled_think(self) -> None:
        """Change state where the held text spells `<think>` at the beginning of the output, or the end of reasoning."""
        if self._state is State.TEXT and self._fresh and self._held.lstrip().startswith(THINK):
            self._enter(State.REASONING, self._held.lstrip().removeprefix(THINK))
        if self._state is State.REASONING and END_THINK in self._held:
            reasoning, _, text = self._held.partition(END_THINK)
            self._say(reasoning.rstrip())
            self._enter(State.TEXT, text)

    def _leave(self, control: str | None) -> None:
        """Settle what the present state holds and go where `control` leads; None: the output is at its end."""
        self._text(self._decoder.flush())
        following = State.OVER if control is None else TABLE[self._state, control]
        match self._state:
            case State.TEXT:
                text = self._before_calls(control)
                dropped = following not in (State.OVER, State.TEXT) and not self._begun and not text.strip()
                self._say("" if dropped else text)
            case State.REASONING:
                self._say(self._before_calls(control).rstrip())
            case State.CALL_ID if control not in (None, CALL_BEGIN, SECTION_BEGIN):
                id = self._held.strip()
                if control != ARGUMENTS_BEGIN:
                    if self._open_call(id):
                        self._close_call("{}")
                elif len(self._tools) > 1 and self._is_counter(id):
                    self._counter = id
                elif not self._open_call(id):
                    following = State.SECTION
            case State.ARGUMENTS:
                if self._counter is not None:
                    arguments = self._held.strip()
                    self._open_call(self._counter, arguments)
                    self._counter = None
                    self._say(arguments)
                if control is not None:
                    self._close_call("" if self._begun else "{}")
        self._enter(following)

    def _before_calls(self, control: str | None) -> str:
        """The held text, without the section marker that it spells at its end where calls follow."""
        if control in (SECTION_BEGIN, CALL_BEGIN):
            start = _marker_start(self._held, _SPELLED_SECTION)
            if self._held[start:].rstrip() in _SPELLED_SECTION:
                return self._held[:start]
        return self._held

    def _enter(self, state: State, held: str = "") -> None:
        self._state, self._held, self._begun, self._fresh = state, held, False, False

    def _say(self, text: str) -> None:
        """Emit settled text of the present state."""
        if not text:
            return
        self._begun, self._fresh = True, False
        match self._state:
            case State.TEXT:
                self._events.append(TextDelta(text))
            case State.REASONING:
                self._events.append(ReasoningDelta(text))
            case _:
                self._events.append(ToolCallArguments(len(self._ids) - 1, text))

    def _open_call(self, id: str, arguments: str = "") -> bool:
        """Begin the call with this id; False where it names none."""
        name = tool_name(id)
        if not name:
            return False
        if self._is_counter(id):
            name = tool_by_arguments(arguments, self._tools) or name
        index = self._first_call_index + len(self._ids)
        while not is_indexed(id) or id in self._ids:
            id, index = call_id(name, index), index + 1
        self._events.append(ToolCallStart(len(self._ids), id, name))
        self._ids.append(id)
        return True

    def _is_counter(self, id: str) -> bool:
        """Whether the id is a number that names no tool, though tools are declared."""
        return id.isascii() and id.isdigit() and bool(self._tools) and all(tool.name != id for tool in self._tools)

    def _close_call(self, last_arguments: str) -> None:
        index = len(self._ids) - 1
        if last_arguments:
            self._events.append(ToolCallArguments(index, last_arguments))
        self._events.append(ToolCallEnd(index))


def parse(
    ids: Iterable[int], tokenizer: Tokenizer, first_call_index: int = 0, tools: Sequence[ToolSpec] = ()
) -> Message:
    """The assistant message that sampled ids mean, whether or not they end with the end of the turn.

    `first_call_index` and `tools` as in `OutputParser`. Raises ChatError for an id outside the vocabulary.
    """
    parser = OutputParser(tokenizer, first_call_index, tools)
    return fold([*parser.push(ids), *parser.finish()])


def _marker_start(text: str, markers: Iterable[str]) -> int:
    """Where one of the markers begins at the end of the text: whole, whole and whitespace, or its first characters.
    The length of the text where none does."""
    start = text.rfind("<")
    if start >= 0:
        tail = text[start:]
        if any(marker.startswith(tail) or marker == tail.rstrip() for marker in markers):
            return start
    return len(text)
