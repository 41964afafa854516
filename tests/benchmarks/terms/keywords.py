"""The peer that our reading is held against: a category is there if one of its key words is.

So do filters that look for such clauses before a person or a model reads them. It gives no evidence worth the name: the
"clause" is the first key word.
"""

import re

from tracker.core.terms import Category, Finding, Stance
from tracker.core.terms.standing import MACHINES

_WORDS = {
    Category.NO_SCRAPING: (
        r"\bscrap(?:e|ing|er)|\bcrawl|\bspiders?\b|\brobots?\b|data[- ]mining|automated (?:means|system|access)"
        r"|aspirat|moissonn|automatisierte|rastrear|raspado"
    ),
    Category.NO_AI_TRAINING: (
        r"(?:\btrain\w*|develop\w*|entra[iî]n\w*|trainieren|entrenar)\b[^\n.]{0,120}?(?:\bAI\b|\bIA\b|\bKI\b|\bLLM|"
        r"machine learning|artificial intelligence|language model|intelligence artificielle|inteligencia artificial)"
        r"|(?:\bAI\b|machine learning|artificial intelligence|language models?)[^\n.]{0,120}?\btrain"
    ),
    Category.TDM_RESERVATION: (
        r"text[- ](?:and|und|&)[- ]data[- ]mining|\bTDM\b|44\s?b UrhG|L\.? ?122-5-3|fouilles? de (?:textes|donn[ée]es)"
        r"|miner[ií]a de textos"
    ),
    Category.NONCOMMERCIAL_ONLY: (
        r"non-?\s?commercial|personal(?: and \w+)? use|private use|commercial (?:use|purpose)|usage priv|"
        r"privaten? (?:Gebrauch|Zwecke)|uso personal"
    ),
    Category.NO_REDISTRIBUTION: (
        r"\breproduc|\brepublish|\bredistribut|\bdistribut|\bderivative|\bresell|vervielf|reproduire|reproducir"
    ),
    Category.PERMISSION_REQUIRED: (
        r"(?:prior|express|written)[^\n.]{0,30} (?:permission|consent|authori[sz]ation|approval)"
        r"|autorisation (?:pr[ée]alable|[ée]crite)|(?:schriftliche|vorherige)\w* (?:Zustimmung|Genehmigung)"
        r"|autorizaci[oó]n (?:previa|expresa)"
    ),
    Category.CONDITIONAL_ALLOW: (
        r"robots\.txt|search engines?|creative commons|\bCC[- ]BY|Suchmaschine|moteurs? de recherche"
    ),
    Category.NO_COMPETE: r"\bcompet(?:e|es|ing|itive|itor)|konkurrier|concurrent|competencia",
}
_PATTERNS = {category: re.compile(words, re.IGNORECASE) for category, words in _WORDS.items()}


def read_keywords(text: str) -> list[Finding]:
    """One finding for each category whose words occur; `silent` if none of those that it excludes does."""
    found = {category: match for category, pattern in _PATTERNS.items() if (match := pattern.search(text))}
    findings = [
        Finding(category, Stance.PROHIBIT, match.start(), match.end(), match[0], 1.0, "keyword")
        for category, match in found.items()
    ]
    if not found.keys() & MACHINES:
        findings.append(Finding(Category.SILENT, Stance.NONE, 0, 0, "", 1.0, "keyword"))
    return findings
