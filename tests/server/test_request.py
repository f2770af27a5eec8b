"""What a body becomes."""

import orjson

from openk2.server.openai_request import read_chat_call


def test_a_result_that_does_not_name_its_tool_gets_the_name_from_its_call() -> None:
    call = {"id": "a", "type": "function", "function": {"name": "get_weather", "arguments": "{}"}}
    messages = [
        {"role": "user", "content": "Weather?"},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "a", "content": "sunny"},
        {"role": "tool", "tool_call_id": "a", "content": "warm", "name": "given"},
    ]
    read = read_chat_call(orjson.dumps({"model": "m", "messages": messages}), "1").request.messages
    assert [message.name for message in read] == [None, None, "get_weather", "given"]
