"""What a body becomes."""

from serving import says

from openk2.server.openai.chat_request import read_chat_call
from openk2.server.served import Served


def test_a_result_that_does_not_name_its_tool_gets_the_name_from_its_call() -> None:
    made = {"id": "a", "type": "function", "function": {"name": "get_weather", "arguments": "{}"}}
    messages = [
        {"role": "user", "content": "Weather?"},
        {"role": "assistant", "content": None, "tool_calls": [made]},
        {"role": "tool", "tool_call_id": "a", "content": "sunny"},
        {"role": "tool", "tool_call_id": "a", "content": "warm", "name": "given"},
    ]
    body = {"model": "staged", "messages": messages}
    read = read_chat_call(body, "1", Served.of(says(""))).request.messages
    assert [message.name for message in read] == [None, None, "get_weather", "given"]
