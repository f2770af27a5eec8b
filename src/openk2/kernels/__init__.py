"""Every operation of the network that has a fast form, each beside a readable reference it is tested against.

Shape legend of the package: B batch, T tokens of this step, S tokens known so far, N tokens in a flat list, D model
width, H heads, E experts, K chosen experts, F expert width, R latent rank, V vocabulary.
"""
