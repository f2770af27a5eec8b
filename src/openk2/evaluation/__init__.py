"""Suites that score a model: tool use through the real agent, text against simple baselines, copying by teacher
forcing. Each figure comes with its count, its interval and the score of those who know nothing."""
