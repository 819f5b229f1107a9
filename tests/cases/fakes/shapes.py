import torch


def add(index, vectors, other):
    index.data = torch.cat([index.data, vectors])


def named(index, name, *, k):
    return torch.empty_like(index.data)
