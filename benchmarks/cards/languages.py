"""Names, scripts, stop words and phrases of the languages that can be measured."""

# ruff: noqa: RUF001 - letters of other scripts look like Latin ones

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass

from benchmarks.cards.words import split_runs, words

SCRIPT_SHARE = 0.5


@dataclass(frozen=True)
class Language:
    """A language.

    `name` is its native name, as the page sends it. `scripts` are the first words of the Unicode
    names of its letters. `stop_words` say nothing about the subject of a text. In a script without
    spaces they are single characters or pairs. `vague` matches a front that refers to the notes,
    and `negation` makes a wrong answer from a right one.
    """

    name: str
    scripts: frozenset[str]
    stop_words: frozenset[str]
    vague: re.Pattern[str] | None = None
    negation: str = ""


def _language(
    name: str, scripts: str, stop_words: str, vague: str = "", negation: str = ""
) -> Language:
    pattern = re.compile(vague, re.IGNORECASE) if vague else None
    return Language(
        name, frozenset(scripts.split()), frozenset(stop_words.split()), pattern, negation
    )


LANGUAGES = {
    "en": _language(
        "English",
        "LATIN",
        "the a an of in to and or is was were are be by for on at with from that this it as what"
        " which who when where how why did does do",
        r"\b(the|this|that) (text|passage|notes?|paragraph|article|above|author)\b"
        r"|\baccording to\b",
        "not {}",
    ),
    "de": _language(
        "Deutsch",
        "LATIN",
        "der die das den dem des ein eine einen einem einer eines und oder von in im zu zum zur mit"
        " für auf an am bei aus ist war sind waren wird wurde wurden werden hat haben nicht es er"
        " sie als wie was wer wann wo warum welche welcher welches wieviel viele durch nach",
        r"\b(der|die|das|dem|den|im|diese[rmns]?) (text|abschnitt|absatz|artikel|notizen|autor)\b"
        r"|\blaut\b",
        "nicht {}",
    ),
    "es": _language(
        "Español",
        "LATIN",
        "el la los las un una unos unas de del en y o a al por para con que es era son fueron fue"
        " ser se su sus lo como qué quién quiénes cuál cuáles cuándo cuánto cuántos cuántas dónde"
        " cómo no más",
        r"\b(el|la|este|esta|las|los) (texto|pasaje|párrafo|artículo|notas?|autora?)\b|\bsegún\b",
        "no {}",
    ),
    "fr": _language(
        "Français",
        "LATIN",
        "le la les un une des du de et ou à au aux en dans par pour sur avec que qui quoi est était"
        " sont étaient être se sa son ses il elle ce cette comme quel quelle quels quelles quand où"
        " comment pourquoi combien ne pas l d",
        r"\b(le|la|les|ce|cet|cette|l.)\s?(texte|passage|paragraphe|article|notes?|auteur)\b"
        r"|\bselon\b",
        "pas {}",
    ),
    "it": _language(
        "Italiano",
        "LATIN",
        "il lo la i gli le un uno una di del della dei delle in nel nella e o a al alla da dal per"
        " con su che è era sono erano essere si suo sua come cosa chi quale quali quando dove"
        " perché quanto quanti non",
        r"\b(il|questo|nel) (testo|brano|paragrafo)\b|\bsecondo\b",
        "non {}",
    ),
    "pt": _language(
        "Português",
        "LATIN",
        "o a os as um uma de do da dos das em no na nos nas e ou ao à por para com que é era são"
        " foram foi ser se seu sua como qual quais quem quando onde quanto quantos não mais",
        r"\b(o|este|neste|no) (texto|trecho|parágrafo|artigo)\b|\bsegundo o\b|\bde acordo com\b",
        "não {}",
    ),
    "ro": _language(
        "Română",
        "LATIN",
        "un o de la în și sau a al ai ale cu pe din pentru este era sunt au fost fi se că care ce"
        " cine când unde cum cât câți nu mai",
        r"\b(textul|pasajul|paragraful|articolul)\b|\bconform\b",
        "nu {}",
    ),
    "tr": _language(
        "Türkçe",
        "LATIN",
        "bir ve veya ile bu şu o da de için olarak olan oldu olduğu ne kim nasıl neden nerede hangi"
        " kaç mi mı mu mü değil en daha",
        r"\b(metin|metne|paragraf|makale)\b|\bgöre\b",
        "{} değil",
    ),
    "vi": _language(
        "Tiếng Việt",
        "LATIN",
        "là của và hoặc trong các những một cho với từ được bị có không này đó khi nào ở đâu ai gì"
        " như thế tại sao bao nhiêu đã",
        r"\b(văn bản|đoạn văn|bài viết)\b|\btheo\b",
        "không phải {}",
    ),
    "ru": _language(
        "Русский",
        "CYRILLIC",
        "и или в во на с со к по из у о об от до для что это как кто когда где почему какой какая"
        " какие каком сколько был была были было не а но за его её их он она",
        r"\b(тексте?|отрывке?|абзаце?|статье)\b|\bсогласно\b",
        "не {}",
    ),
    "el": _language(
        "Ελληνικά",
        "GREEK",
        "ο η το οι τα του της των τον την και ή σε στο στη στην στον με από για που είναι ήταν ένα"
        " μια ένας τι ποιος ποια ποιο πότε πού πώς γιατί πόσο πόσοι δεν",
        r"\b(κείμενο|απόσπασμα|παράγραφος?|άρθρο)\b|\bσύμφωνα με\b",
        "όχι {}",
    ),
    "ar": _language(
        "العربية",
        "ARABIC",
        "في من إلى على عن مع أو و ما هو هي كان كانت التي الذي الذين هذا هذه ذلك أن إن لا لم ماذا"
        " متى أين كيف لماذا كم أي هل تم قد بين",
        r"(النص|الفقرة|المقال|المقطع|المؤلف)|وفقا|وفقًا|بحسب",
        "ليس {}",
    ),
    "hi": _language(
        "हिन्दी",
        "DEVANAGARI",
        "का के की को में से पर ने और या है हैं था थे थी हो एक यह वह इस उस कि जो क्या कौन कब कहाँ"
        " कहां कैसे क्यों किस किसने किसे कितने कितना कितनी नहीं लिए द्वारा भी ही तक साथ",
        r"(पाठ|अनुच्छेद|लेख|गद्यांश) |के अनुसार",
        "{} नहीं",
    ),
    "th": _language("ไทย", "THAI", "", r"ข้อความ|บทความ|ตามที่", "ไม่ใช่{}"),
    "zh": _language(
        "中文",
        "CJK",
        "的 了 是 在 和 与 或 有 不 什么 多少 哪个 哪里 哪些 何时 为何 如何 怎么 谁",
        r"(这|本|该|上|原)(段|文)|文中|文章|作者|笔记|根据",
        "不是{}",
    ),
    "ja": _language(
        "日本語",
        "CJK HIRAGANA KATAKANA",
        "の は が を に で と も へ です ます した する 何 誰 いつ どこ なぜ どの",
        r"(この|本|上の)(文|段落|記事)|著者|によると",
        "{}ではない",
    ),
}


def content_words(text: str, language: str) -> set[str]:
    """Return the distinct words of a text without the stop words of its language."""
    return set(words(text)) - LANGUAGES[language].stop_words


def is_in_language(text: str, language: str) -> bool:
    """Return whether a text has the script of the language, and its stop words.

    At least half of the letters must be of the script. Where languages share the script, no other
    language may have more of its stop words in the text. A text without letters, such as a number,
    is in every language.
    """
    scripts = [
        unicodedata.name(character, "").split(" ")[0].split("-")[0]
        for character in text
        if character.isalpha()
    ]
    expected = LANGUAGES[language].scripts
    if not scripts:
        return True
    if sum(script in expected for script in scripts) < SCRIPT_SHARE * len(scripts):
        return False
    runs = Counter(split_runs(text))
    counts = {
        code: sum(runs[word] for word in other.stop_words)
        for code, other in LANGUAGES.items()
        if other.scripts == expected
    }
    return counts[language] == max(counts.values())
