"""Runs gepa.optimize on a simulated task whose two models stand behind an HTTP server.

Reads one job as JSON on stdin, prints one result as JSON on stdout.

job: baseUrl, train, validation (lists of {input, expected}), components, evals ([{name, type}]), maxMetricCalls, seed;
  optional: useMerge (default false), proposals (parallel proposals an iteration, default 1), concurrency (task calls at
  once, default 64), overshoot (default false).

The reference looks at its budget between iterations only, so that it may run past it by one iteration. Here the adapter
refuses a batch that does not fit and the run ends with the best candidate so far; with `overshoot` the reference stops
as it does by itself.
"""

import http.client
import json
import sys
import threading
import time
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import gepa
from gepa.core.adapter import EvaluationBatch
from gepa.strategies.proposal_sampling import IndependentSampling

# As many as the reference's own model client makes by default.
RETRIES = 3


class BudgetReached(Exception):
    """The next batch does not fit into the budget."""


class CallFailed(Exception):
    """A call that failed in each of its tries."""


class Server:
    """Chat completions over connections that stay open, one a thread."""

    def __init__(self, base_url):
        url = urlsplit(base_url)
        self.address = (url.hostname, url.port)
        self.path = url.path + "/chat/completions"
        self.local = threading.local()

    def complete(self, messages, may_retry=lambda: True):
        body = json.dumps({"model": "model", "messages": messages}).encode()
        for attempt in range(RETRIES + 1):
            if attempt > 0:
                if not may_retry():
                    break
                time.sleep(0.05 * 2**attempt)
            try:
                return self.post(body)
            except (OSError, http.client.HTTPException, ValueError) as error:
                self.local.connection = None
                failure = error
        raise CallFailed(str(failure))

    def post(self, body):
        connection = getattr(self.local, "connection", None)
        if connection is None:
            connection = http.client.HTTPConnection(*self.address, timeout=60)
            self.local.connection = connection
        connection.request("POST", self.path, body, {"content-type": "application/json"})
        response = connection.getresponse()
        text = response.read()
        if response.status != 200:
            raise ValueError(f"status {response.status}")
        return json.loads(text)["choices"][0]["message"]["content"]


class ReflectionModel:
    """A reflection model as gepa calls it; several prompts at once when it has several proposals an iteration."""

    total_cost = 0.0

    def __init__(self, server, pool):
        self.server = server
        self.pool = pool
        self.calls = 0
        self.rounds = 0

    def __call__(self, prompt):
        messages = [{"role": "user", "content": prompt}] if isinstance(prompt, str) else prompt
        return self.batch_complete([messages])[0]

    def batch_complete(self, messages_list):
        self.calls += len(messages_list)
        self.rounds += 1
        return list(self.pool.map(self.server.complete, messages_list))


class Adapter:
    """Renders a candidate, asks the task model and scores the answer as our evals do."""

    propose_new_texts = None

    def __init__(self, server, pool, evals, budget):
        self.server = server
        self.pool = pool
        self.score = {"exact_match": exact_match, "json_fields": json_fields}[evals[0]["type"]]
        self.left = budget
        self.calls = 0
        self.error = None
        self.lock = threading.Lock()

    def evaluate(self, batch, candidate, capture_traces=False):
        return self.batch_evaluate([(candidate, batch)])[0]

    def batch_evaluate(self, items):
        try:
            return self.run(items)
        except Exception as error:
            self.error = error
            raise

    def run(self, items):
        requests = [(system_of(candidate), example) for candidate, batch in items for example in batch]
        with self.lock:
            if len(requests) > self.left:
                raise BudgetReached()
            self.left -= len(requests)
        # Equal requests one after the other: which of them the server takes for the first must not depend on threads.
        groups = {}
        for i, (system, example) in enumerate(requests):
            groups.setdefault((system, example["input"]), []).append(i)
        answers = [None] * len(requests)

        def ask(group):
            (system, user), indices = group
            for i in indices:
                answers[i] = self.ask(system, user)

        list(self.pool.map(ask, groups.items()))
        batches, at = [], 0
        for _, batch in items:
            batches.append(self.scored(batch, answers[at : at + len(batch)]))
            at += len(batch)
        return batches

    def ask(self, system, user):
        with self.lock:
            self.calls += 1
        messages = [{"role": "system", "content": system}, {"role": "user", "content": user}]
        try:
            return self.server.complete(messages, self.may_retry)
        except CallFailed:
            return None

    def may_retry(self):
        with self.lock:
            if self.left < 1:
                return False
            self.left -= 1
            self.calls += 1
            return True

    def scored(self, batch, answers):
        trajectories = []
        for example, answer in zip(batch, answers, strict=True):
            failed = (0.0, "The model did not answer.")
            score, feedback = failed if answer is None else self.score(answer, example["expected"])
            trajectories.append({"input": example["input"], "answer": answer, "score": score, "feedback": feedback})
        return EvaluationBatch(
            outputs=[one["answer"] for one in trajectories],
            scores=[one["score"] for one in trajectories],
            trajectories=trajectories,
        )

    def make_reflective_dataset(self, candidate, eval_batch, components_to_update):
        records = [
            {
                "Inputs": one["input"],
                "Generated Outputs": one["answer"] or "",
                "Feedback": one["feedback"],
                "Score": one["score"],
            }
            for one in eval_batch.trajectories
        ]
        return {name: records for name in components_to_update}


def system_of(candidate):
    """The system message: each partial that stands on a line of its own, in its place."""
    text = candidate["system"]
    for name, part in candidate.items():
        tag = "{{> " + name + "}}"
        text = text.replace(tag + "\n", part).replace(tag, part)
    return text


def exact_match(answer, expected):
    right = folded(answer.strip()) == folded(expected.strip())
    return (1.0, "Right.") if right else (0.0, f'The answer was "{answer.strip()}", expected "{expected}".')


def json_fields(answer, expected):
    try:
        given = json.loads(answer)
    except ValueError:
        return 0.0, "The answer is not JSON."
    if not isinstance(given, dict):
        return 0.0, "The answer is JSON but no object."
    wrong = [name for name, value in expected.items() if given.get(name) != value]
    said = "; ".join(f'{name}: was "{given.get(name)}", expected "{expected[name]}"' for name in wrong)
    return 1 - len(wrong) / len(expected), said or "All fields are right."


def folded(text):
    return unicodedata.normalize("NFC", text)


class Silent:
    def log(self, message):
        pass


def main():
    job = json.load(sys.stdin)
    budget = job["maxMetricCalls"]
    proposals = job.get("proposals", 1)
    server = Server(job["baseUrl"])
    iterations = 0

    class Count:
        def on_iteration_start(self, event):
            nonlocal iterations
            iterations += 1

    with ThreadPoolExecutor(job.get("concurrency", 64)) as pool:
        adapter = Adapter(server, pool, job["evals"], sys.maxsize if job.get("overshoot") else budget)
        reflection = ReflectionModel(server, pool)
        started = time.monotonic()
        result = gepa.optimize(
            seed_candidate=job["components"],
            trainset=job["train"],
            valset=job["validation"],
            adapter=adapter,
            reflection_lm=reflection,
            use_merge=job.get("useMerge", False),
            max_metric_calls=budget,
            stop_callbacks=lambda state: adapter.error is not None,
            sampling_strategy=IndependentSampling(proposals) if proposals > 1 else None,
            logger=Silent(),
            callbacks=[Count()],
            seed=job["seed"],
            raise_on_exception=False,
        )
        seconds = time.monotonic() - started
    if adapter.error is not None and not isinstance(adapter.error, BudgetReached):
        raise adapter.error
    print(
        json.dumps(
            {
                "components": result.best_candidate,
                "metricCalls": result.total_metric_calls,
                "taskCalls": adapter.calls,
                "reflectionCalls": reflection.calls,
                "sequentialReflections": reflection.rounds,
                "iterations": iterations,
                "candidates": len(result.candidates),
                "seconds": seconds,
            }
        )
    )


main()
