"""How our cards look inside Anki: quiet type on paper, by day and by night."""

CSS = """.card {
  max-width: 38rem; margin: 0 auto; padding: 2rem 1.25rem; box-sizing: border-box;
  font: 400 1.3rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
  text-align: center; color: #1b1d1f; background: #f6f5f1; overflow-wrap: anywhere;
}
.label { margin: 0 0 .75rem; font-size: .8rem; font-weight: 600; color: #5b6066; }
.back .label { color: #0a6657; }
hr#answer { width: 4rem; margin: 1.75rem auto; border: 0; border-top: 2px solid #0a6657; }
.sentence { margin-top: 2rem; padding-top: 1rem; border-top: 1px solid #e1dfd8; font-size: .95rem; color: #5b6066; }
.cloze { font-weight: 700; color: #0a6657; }
ul, ol { display: inline-block; margin: .5rem 0; text-align: left; }
code { font-family: ui-monospace, "SF Mono", "Cascadia Mono", monospace; font-size: .9em; }
code { background: #efeee9; padding: .1em .35em; border-radius: .3em; }
pre { overflow: auto; padding: .9rem 1rem; text-align: left; background: #efeee9; border-radius: .6rem; }
pre code { padding: 0; background: none; }
a { color: #0a6657; }
.card.nightMode, .nightMode .card { color: #ecebe7; background: #121415; }
.nightMode .label, .nightMode .sentence { color: #a4a9ae; }
.nightMode .back .label, .nightMode .cloze, .nightMode a { color: #5ad1b9; }
.nightMode hr#answer { border-color: #5ad1b9; }
.nightMode .sentence { border-color: #2d3235; }
.nightMode code, .nightMode pre { background: #1b1e20; }
.nightMode pre code { background: none; }
"""
SENTENCE = '{{#Sentence}}<div class="sentence">{{Sentence}}</div>{{/Sentence}}'


def question(label: str, field: str) -> str:
    return f'<div class="front"><p class="label">{label}</p>{field}</div>'


def answer(label: str, field: str) -> str:
    return f'{{{{FrontSide}}}}\n<hr id="answer">\n<div class="back"><p class="label">{label}</p>{field}</div>\n{SENTENCE}'


def cloze_answer(field: str, extra: str) -> str:
    more = f'{{{{#{extra}}}}}<hr id="answer">\n<div class="back">{{{{{extra}}}}}</div>{{{{/{extra}}}}}'
    return f'<div class="back">{field}</div>\n{more}\n{SENTENCE}'
