"""One training process: batch → loss → step → watch. All workers run this same loop in lock step.

Gradients meet in shared memory (`shared.py`); worker 0 also keeps the log and writes checkpoints. Everything a step
does is a function of the recipe, the step number and the state before it, so a killed run goes on exactly.
"""

from __future__ import annotations

import ctypes
import math
import signal
import sys
import time
import traceback
from multiprocessing.connection import Connection
from pathlib import Path
from threading import BrokenBarrierError
from typing import Any

import torch
from torch import Tensor

from openk2.checkpoint import save_model
from openk2.checkpoint.training import open_checkpoint, prune, publish, scratch_directory, write_optimizer, writing
from openk2.errors import OpenK2Error, TrainError
from openk2.kernels.cross_entropy import linear_cross_entropy
from openk2.optim import MuonClip
from openk2.optim.balance import nudge
from openk2.optim.schedule import warmup_stable_decay
from openk2.train.batches import MicroBatch, micro_batches, open_loader
from openk2.train.compiled import compile_small_operations
from openk2.train.heldout import HeldOut
from openk2.train.recipe import TrainRecipe
from openk2.train.shared import Seen, Shared
from openk2.train.watch import Watch

_PR_SET_PDEATHSIG = 1


def run_worker(
    rank: int,
    shared: Shared,
    recipe: TrainRecipe,
    directory: Path,
    resume: Path | None,
    heldout: HeldOut,
    channel: Connection,
) -> None:
    """Entry of a spawned process. Sends ("step", …) and at the end ("done" | "stopped" | "error", text)."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    torch.set_num_threads(1)
    try:
        worker = Worker(rank, shared, recipe, directory, resume, heldout, channel)
        channel.send((worker.run(), ""))
    except BrokenBarrierError:
        channel.send(("broken", ""))
    except OpenK2Error as error:
        shared.barrier.abort()
        channel.send(("error", str(error)))
    except MemoryError:
        shared.barrier.abort()
        channel.send(("error", "out of memory; use a smaller batch.micro or data.sequence"))
    except Exception:
        shared.barrier.abort()
        channel.send(("crash", traceback.format_exc()))


class Worker:
    """The state of one worker over the run."""

    def __init__(
        self,
        rank: int,
        shared: Shared,
        recipe: TrainRecipe,
        directory: Path,
        resume: Path | None,
        heldout: HeldOut,
        channel: Connection,
    ) -> None:
        self.rank, self.shared, self.recipe, self.channel = rank, shared, recipe, channel
        self.workers = shared.gradients_WP.shape[0]
        self.checkpoints = directory / "checkpoints"
        self.model = shared.compute.train()
        if recipe.compute.compile:
            compile_small_operations(self.model)
        self.loader = open_loader(recipe, self.model.config.vocab_size)
        self.heldout = heldout
        self.owned = shared.owners[rank]
        o = recipe.optimizer
        self.optimizer = MuonClip(
            shared.master,
            o.lr,
            weight_decay=o.weight_decay,
            momentum=o.momentum,
            betas=(o.beta1, o.beta2),
            embedding_lr=o.embedding_lr,
            tau=o.tau,
            only=set(self.owned),
            orthogonal_dtype=next(shared.compute.parameters()).dtype,
        )
        self.first = 0
        state: dict[str, Any] = {}
        if resume is not None:
            checkpoint = open_checkpoint(resume)
            self.first, state = checkpoint.step, checkpoint.state
            self.optimizer.load_named_state(checkpoint.optimizer_state(set(self.owned)), checkpoint.step)
        self.watch = Watch(directory / "metrics.jsonl", recipe, state.get("watch")) if rank == 0 else None
        self._gradient_views = {n: self._view(n) for n, _ in shared.master.named_parameters()}
        compute = dict(shared.compute.named_parameters())
        self._copies = [
            (parameter, compute[name])
            for name, parameter in shared.master.named_parameters()
            if name in set(self.owned) and compute[name] is not parameter
        ]

    def _view(self, name: str) -> Tensor:
        return self.shared.gradients_WP[self.rank, self.shared.slices[name]].view_as(
            self.shared.master.get_parameter(name)
        )

    def run(self) -> str:
        """All steps that are left; "done", or "stopped" where a stop was asked for."""
        for step in range(self.first, self.recipe.steps):
            began = time.monotonic()
            self._clear()
            for batch in micro_batches(self.recipe, self.loader, step, self.rank, self.workers):
                self._loss(batch)
            seen = self._step(step)
            if self._watch(step + 1, seen, began):
                return "stopped"
        return "done"

    def _clear(self) -> None:
        """Gradients, counts and the model's own records back to nothing."""
        self.shared.gradients_WP[self.rank].zero_()
        self.shared.totals_W2[self.rank].zero_()
        for attention in self.model.attentions():
            attention.max_logit_H = None
        for block in self.model.moe_blocks().values():
            block.load_E = None
        if self.shared.compute is self.shared.master:
            for name, parameter in self.model.named_parameters():
                parameter.grad = self._gradient_views[name]

    def _loss(self, batch: MicroBatch) -> None:
        """Forward and backward of one micro-batch; its gradient is added to this worker's."""
        x_ND = self.model.hidden(batch.inputs_BT, starts_BT=batch.starts_BT).flatten(0, 1)
        targets_N, weights_N = batch.targets_BT.flatten(), batch.weights_BT.flatten()
        loss = linear_cross_entropy(x_ND, self.model.lm_head.weight, targets_N, weights_N)
        loss.backward()
        if self.shared.compute is not self.shared.master:
            for name, parameter in self.model.named_parameters():
                if parameter.grad is not None:
                    self._gradient_views[name].add_(parameter.grad)
                    parameter.grad = None
        self.shared.totals_W2[self.rank] += torch.stack((loss.detach().double(), weights_N.double().sum()))

    def _step(self, step: int) -> Seen:
        """Sum what is owned over the workers, scale, update, clip heads, balance experts."""
        shared, o = self.shared, self.recipe.optimizer
        self._publish_counts()
        shared.barrier.wait()
        seen = Seen(shared)
        if not math.isfinite(seen.loss):
            raise TrainError(
                f"loss is not a number at step {step + 1}; lower optimizer.lr, the last checkpoint is intact"
            )
        square = 0.0
        for name in self.owned:
            place = shared.slices[name]
            summed_P = shared.gradients_WP[:, place].sum(0).div_(seen.weight)
            shared.gradients_WP[self.rank, place] = summed_P
            square += float(summed_P.square().sum(dtype=torch.float64))
            shared.master.get_parameter(name).grad = self._gradient_views[name]
        shared.squares_W[self.rank] = square
        shared.barrier.wait()
        seen.grad_norm = math.sqrt(float(shared.squares_W.sum()))
        if 0 < o.clip_norm < seen.grad_norm:
            for name in self.owned:
                self._gradient_views[name].mul_(o.clip_norm / seen.grad_norm)
        self.optimizer.set_lr(o.lr * self._factor(step))
        self.optimizer.step()
        shared.clipped_W[self.rank] = self.optimizer.clip(seen.max_logit_LH)
        for layer, block in shared.master.moe_blocks().items():
            if o.balance_rate > 0 and f"model.layers.{layer}.mlp.gate.weight" in self.owned:
                nudge(block.gate.e_score_correction_bias, seen.load_LE[layer], o.balance_rate)
        for parameter, narrow in self._copies:
            narrow.data.copy_(parameter.data)
        if self.rank == 0:
            shared.stopping[0] = int(shared.stop.is_set())
        shared.barrier.wait()
        seen.clipped_heads = int(shared.clipped_W.sum())
        return seen

    def _factor(self, step: int) -> float:
        s = self.recipe.schedule
        done = (step + 1) * self.recipe.batch.tokens
        return warmup_stable_decay(done, s.tokens, warmup=s.warmup, decay=s.decay, floor=s.floor, shape=s.shape)

    def _publish_counts(self) -> None:
        """This worker's largest logits and expert loads of the step, for everybody to see."""
        self.shared.max_logit_WLH[self.rank] = float("-inf")
        for attention in self.model.attentions():
            if attention.max_logit_H is not None:
                self.shared.max_logit_WLH[self.rank, attention.layer] = attention.max_logit_H
        for layer, block in self.model.moe_blocks().items():
            self.shared.load_WLE[self.rank, layer] = 0 if block.load_E is None else block.load_E

    def _watch(self, step: int, seen: Seen, began: float) -> bool:
        """Log, measure, save; True where all workers are to stop."""
        shared, w = self.shared, self.recipe.watch
        last, stopping = step == self.recipe.steps, bool(shared.stopping[0])
        if self.watch is not None:
            self.watch.step(step, seen, self.recipe.optimizer.lr * self._factor(step - 1), time.monotonic() - began)
            if step % w.detail_every == 0:
                self.watch.detail(step, seen, list(self.model.moe_blocks()))
            self.channel.send(("step", self.watch.progress))
        if self.heldout.kinds and (last or (w.eval_every and step % w.eval_every == 0)):
            self._measure(step)
        if last or stopping or step % w.checkpoint_every == 0:
            self._save(step)
        if self.watch is not None and (last or stopping):
            self.watch.end(step, "done" if last else "stopped")
        return stopping and not last

    def _measure(self, step: int) -> None:
        """Held-out loss per kind, the rows divided between the workers."""
        shared = self.shared
        self.model.eval()
        shared.evaluation_WK2[self.rank] = self.heldout.measure(self.model, self.rank, self.workers)
        self.model.train()
        shared.barrier.wait()
        if self.watch is not None:
            self.watch.evaluation(step, self.heldout, shared.evaluation_WK2.sum(0))
        shared.barrier.wait()

    def _save(self, step: int) -> None:
        """A checkpoint, each worker writing the optimiser state it owns."""
        barrier = self.shared.barrier
        scratch = scratch_directory(self.checkpoints, step)
        if self.watch is not None:
            with writing(self.checkpoints, step):
                barrier.wait()
                write_optimizer(scratch, self.optimizer.named_state(), self.rank, self.workers)
                save_model(
                    self.shared.master, scratch / "model", format="fp32", tokenizer_from=Path(self.recipe.tokenizer)
                )
                barrier.wait()
                state = {"recipe": self.recipe.table(), "watch": self.watch.state(), "workers": self.workers}
                publish(self.checkpoints, scratch, step, state)
            prune(self.checkpoints, self.recipe.watch.keep)
        else:
            barrier.wait()
            write_optimizer(scratch, self.optimizer.named_state(), self.rank, self.workers)
            barrier.wait()
