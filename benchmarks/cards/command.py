"""The command line of the benchmark of card quality."""

import argparse
import os
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from django.conf import settings

from benchmarks.cards.answers import AnswerCheck, check_answers
from benchmarks.cards.errors import BenchmarkError
from benchmarks.cards.inputs import (
    DATA_VARIABLE,
    OWN_FOLDER,
    CardInput,
    own_notes,
    own_topics,
    public_inputs,
    sample,
)
from benchmarks.cards.measure import Measurement, measure
from benchmarks.cards.native import AnswerCache, NativeModel
from benchmarks.cards.passages import PassageModel
from benchmarks.cards.planted import Counts, planted_counts
from benchmarks.cards.systems import (
    MODELS_VARIABLE,
    PROMPTS,
    SEED,
    BuiltIn,
    Model,
    People,
    PromptedModel,
    Rule,
    Sampling,
    System,
    built_in_model,
    find_models,
)
from benchmarks.cards.table import SETS, answer_table, card_tables, planted_table
from flashcards.prompts import PROMPT_VERSION

DEFAULT_SYSTEMS = ("people", "rule", "built-in", "models")
SYSTEMS = (*DEFAULT_SYSTEMS, "sentences")
ALL_LANGUAGES = "all"
INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print the tables. After Ctrl+C, print what has been measured so far."""
    options = _parser().parse_args(arguments)
    results: list[Measurement] = []
    planted: dict[str, Counts] = {}
    checks: list[AnswerCheck] = []
    status = 0
    try:
        inputs = _read_inputs(options)
        planted |= planted_counts(inputs) if options.planted else {}
        chosen = _choose(inputs, options)
        if options.answers:
            _check_answers(options, inputs, checks)
        elif options.browser:
            _measure_page(options, chosen, results)
        else:
            measure(_systems(options, chosen), chosen, options.count, results)
    except BenchmarkError as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.stderr.write("\nInterrupted. The tables contain what was measured so far.\n")
        status = INTERRUPTED
    _print_tables(results, planted, checks, options)
    sys.exit(status)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.cards",
        description=(
            f"{DATA_VARIABLE} names a folder with public sets, and {MODELS_VARIABLE} a folder with"
            " models (*.gguf). benchmarks/cards/README.md explains everything."
        ),
    )
    add = parser.add_argument
    add("--sets", nargs="+", choices=SETS, default=list(SETS))
    add("--languages", nargs="+", default=["en"], help="codes such as de, or all (default: en)")
    add("--systems", nargs="+", choices=SYSTEMS, default=list(DEFAULT_SYSTEMS))
    add("--inputs", type=_positive, default=24, help="texts of each public set and language (24)")
    add("--count", type=_positive, default=4, help="cards for each input (4)")
    add("--seed", type=int, default=SEED, help="of the samples and of the models (1)")
    add("--prompts", nargs="+", choices=PROMPTS, default=list(PROMPTS))
    add("--temperatures", nargs="+", type=float, default=[None], help="(the page's)")
    add("--max-tokens", type=_positive, help="of an answer (the page's)")
    add("--no-planted", dest="planted", action="store_false", help="leave out the wrong answers")
    add(
        "--answers",
        type=_positive,
        metavar="PAIRS",
        help="only measure how well the models check the answers of as many pairs of XQuAD",
    )
    add("--browser", action="store_true", help="compare the page's engine with llama.cpp")
    add("--markdown", type=Path, help="also write the tables to this file")
    add(
        "--cache",
        type=Path,
        default=settings.DATA_DIR / "cards-benchmark",
        help="folder of models' answers, to continue a run or score it again (var/cards-benchmark)",
    )
    return parser


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("Enter a number of at least 1.")
    return number


def _read_inputs(options: argparse.Namespace) -> list[CardInput]:
    """Return all inputs of the chosen sets and languages."""
    inputs = [*own_notes(), *own_topics()]
    if not inputs:
        sys.stderr.write(
            f"Our own notes and topics are missing in {OWN_FOLDER}. Restore the folder from the"
            " repository to measure them.\n"
        )
    folder = os.environ.get(DATA_VARIABLE, "")
    if folder:
        inputs += public_inputs(folder)
    else:
        sys.stderr.write(
            f"{DATA_VARIABLE} is not set, so only our own notes and topics are measured."
            " benchmarks/cards/README.md says where to get the public sets.\n"
        )
    languages = {each.language for each in inputs}
    if ALL_LANGUAGES not in options.languages:
        languages &= set(options.languages)
    return [each for each in inputs if each.set_name in options.sets and each.language in languages]


def _choose(inputs: Sequence[CardInput], options: argparse.Namespace) -> list[CardInput]:
    chosen = sample(inputs, options.inputs, options.count, options.seed)
    if not chosen:
        raise BenchmarkError(
            f"There is nothing to measure in the sets {', '.join(options.sets)} in"
            f" {', '.join(options.languages)}. Choose others with --sets and --languages, or set"
            f" {DATA_VARIABLE}."
        )
    return chosen


def _systems(options: argparse.Namespace, inputs: Sequence[CardInput]) -> list[System]:
    systems: list[System] = []
    if "people" in options.systems:
        systems.append(People())
    rule = Rule(inputs, options.count) if {"rule", "built-in"} & {*options.systems} else None
    if rule and "rule" in options.systems:
        systems.append(rule)
    if not {"built-in", "models", "sentences"} & {*options.systems}:
        return systems
    models = find_models(os.environ.get(MODELS_VARIABLE, ""), settings.MINDFLIP_MODELS_DIR)
    if rule and "built-in" in options.systems:
        systems.append(BuiltIn(rule, _prompted(models[0], options, PROMPT_VERSION, None)))
    if "models" in options.systems:
        systems += _prompted_models(models, options)
    if "sentences" in options.systems:
        systems += _passage_models(models, options)
    return systems


def _prompted_models(models: Sequence[Model], options: argparse.Namespace) -> list[PromptedModel]:
    """Return each model with each version of the prompt and each temperature."""
    return [
        _prompted(model, options, version, temperature)
        for model in models
        for version in options.prompts
        for temperature in options.temperatures
    ]


def _passage_models(models: Sequence[Model], options: argparse.Namespace) -> list[PassageModel]:
    """Return each model with each temperature, writing from one sentence after the other."""
    return [
        PassageModel(
            model,
            Sampling(temperature, seed=options.seed),
            _answer_cache(options.cache, model.name, model.fingerprint),
        )
        for model in models
        for temperature in options.temperatures
    ]


def _prompted(
    model: Model, options: argparse.Namespace, version: str, temperature: float | None
) -> PromptedModel:
    sampling = Sampling(temperature, options.max_tokens, options.seed)
    answers = _answer_cache(options.cache, model.name, model.fingerprint)
    return PromptedModel(model, version, sampling, answers)


@cache
def _answer_cache(folder: Path, name: str, fingerprint: str) -> AnswerCache:
    """Return the cache of a model, which several systems share."""
    return AnswerCache(folder, name, fingerprint)


def _measure_page(
    options: argparse.Namespace, inputs: Sequence[CardInput], results: list[Measurement]
) -> None:
    """Measure the built-in model in llama.cpp and in the page, at temperature 0."""
    # The browser and its servers are only needed here.
    from benchmarks.cards.browser import browser_model

    native = NativeModel(built_in_model(settings.MINDFLIP_MODELS_DIR))
    measure([_prompted(native, options, PROMPT_VERSION, 0.0)], inputs, options.count, results)
    with browser_model(native) as in_page:
        measure([_prompted(in_page, options, PROMPT_VERSION, 0.0)], inputs, options.count, results)


def _check_answers(
    options: argparse.Namespace, inputs: Sequence[CardInput], checks: list[AnswerCheck]
) -> None:
    """Have each model check the answers of planted cards."""
    for model in find_models(os.environ.get(MODELS_VARIABLE, ""), settings.MINDFLIP_MODELS_DIR):
        cache = AnswerCache(options.cache, model.name, model.fingerprint)
        check_answers(model, cache, inputs, options.answers, options.seed, checks)


def _print_tables(
    results: Sequence[Measurement],
    planted: dict[str, Counts],
    checks: Sequence[AnswerCheck],
    options: argparse.Namespace,
) -> None:
    tables = card_tables(results, options.count)
    if planted:
        tables.append(planted_table(planted))
    if checks:
        tables.append(answer_table(checks))
    print("\n\n".join(table.as_text() for table in tables))
    if options.markdown:
        text = "\n\n".join(table.as_markdown() for table in tables)
        options.markdown.write_text(f"{text}\n", encoding="utf-8")
