"""Messages to tokens and back: tokenizer, template, output parser, and the backends that answer a conversation."""
