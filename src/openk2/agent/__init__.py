"""Acting: the agent loop, the tools of a workspace, the sandbox that runs code, approvals."""
