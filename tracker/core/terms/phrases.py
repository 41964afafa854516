"""The phrases by which a contract, a legal notice or a privacy policy shows itself, in the languages that are read.

Each phrase is a regular expression without nested repetition; a text is judged by how many different ones it holds.
"""

import re
from collections.abc import Iterable
from functools import cache
from itertools import islice

LOOKED_AT = 15_000
"""Characters of a text that tell what it is."""

CONTRACT = {
    "en": (
        r"terms (?:and conditions|of (?:use|service|sale|business))|(?:user|service|licen[cs]e) agreement|user terms",
        r"these (?:\w+ ){0,2}(?:terms|conditions)|this (?:\w+ ){0,2}(?:agreement|licen[cs]e)",
        r"you (?:may|must|shall|will|agree|are) not|you agree",
        r"by (?:accessing|using|continuing|visiting|registering|clicking|browsing|downloading)",
        r"legally binding|binding (?:agreement|contract)|agree(?:s|d)? to (?:be bound|comply)",
        r"govern(?:ed|ing|s)? (?:by|law)|governs? (?:your|the)|jurisdiction|courts? of|applicable law",
        r"liabilit(?:y|ies)|liable|indemnif",
        r"warrant(?:y|ies)|as[ -]is\b|disclaim",
        r"intellectual property|copyright|trade ?marks?|licen[cs]ed?",
        r"terminat(?:e|es|ed|ion)|suspend",
        r"third[ -]part(?:y|ies)",
        r"prohibited|permitted|prior (?:written )?(?:consent|permission|approval)|without (?:our|the) prior",
        r"we reserve the right|reserves? the right|at any time|sole discretion|all rights reserved",
        r"severab|entire agreement|force majeure|waiver|unenforceable|arbitrat",
        r"commercial (?:use|purposes?)|personal(?:,|) (?:and )?non-?commercial",
        r"user content|your account|users?\b",
    ),
    "de": (
        r"nutzungsbedingungen|gesch[aä]ftsbedingungen|\bagb\b|nutzungsvereinbarung|nutzungsordnung|lizenzbedingungen",
        r"geltungsbereich|vertragsgegenstand|vertragsschluss|vertragspartner|nutzungsvertrag",
        r"haftung|haftet|haften|haftungsausschluss",
        r"urheberrecht|urheber|nutzungsrechte?|markenrecht",
        r"nicht gestattet|nicht erlaubt|untersagt|unzul[aä]ssig|verboten|ist zu unterlassen",
        r"(?:schriftliche[nr]?|vorherige[nr]?) (?:zustimmung|genehmigung|einwilligung)|zustimmung|genehmigung",
        r"der nutzer|die nutzer|nutzerinnen|der kunde|der verwender|vertragsparteien",
        r"gerichtsstand|anwendbares recht|es gilt (?:das|deutsches) recht|recht der bundesrepublik",
        r"salvatorische|sollten einzelne|unwirksam|schriftform",
        r"k[uü]ndig(?:ung|en)|sperrung|sperren",
        r"gew[aä]hrleistung|garantie|keine gew[aä]hr",
        r"inhalte|dienste|plattform|website|webseite",
        r"vervielf[aä]ltig|verbreit|bearbeit|verwertung",
    ),
    "fr": (
        r"conditions g[eé]n[eé]rales|conditions d['’]utilisation|\bcgu\b|\bcgv\b|contrat",
        r"l['’]utilisateur|les utilisateurs|l['’]internaute|le client",
        r"responsabilit[eé]|responsable",
        r"propri[eé]t[eé] intellectuelle|droits? d['’]auteur|marques?",
        r"il est (?:strictement |formellement |express[eé]ment )?interdit|est interdite?|s['’]interdit|s['’]engage",
        r"autorisation|accord pr[eé]alable|consentement",
        r"droit (?:fran[cç]ais|applicable|belge|suisse)|tribunaux|juridiction|litige",
        r"les pr[eé]sentes|pr[eé]sentes conditions",
        r"r[eé]siliation|r[eé]silier|suspendre|suspension",
        r"garantie|force majeure",
        r"reproduction|repr[eé]sentation|reproduire",
        r"acceptation|accepte|acceptez",
    ),
    "es": (
        r"t[eé]rminos (?:y condiciones|de (?:uso|servicio))|condiciones (?:generales|de us|de utiliz)|contrato",
        r"el usuario|los usuarios|la usuaria|usted|el cliente",
        r"responsabilidad|responsable",
        r"propiedad intelectual|derechos de autor|propiedad industrial|marcas?",
        r"prohibid[oa]|queda (?:expresamente |terminantemente )?prohibid|no (?:podr[aá]|puede|est[aá] permitido)",
        r"autorizaci[oó]n|consentimiento|permiso",
        r"legislaci[oó]n|ley(?:es)? aplicable|jurisdicci[oó]n|tribunales|juzgados",
        r"presentes? (?:condiciones|t[eé]rminos|aviso)|este (?:acuerdo|contrato|sitio)",
        r"rescisi[oó]n|terminaci[oó]n|suspender|cancelar",
        r"garant[ií]as?|fuerza mayor",
        r"reproducci[oó]n|reproducir|distribuci[oó]n",
        r"acepta(?:ci[oó]n|r|s)?\b|se compromete",
    ),
    "it": (
        r"termini (?:e condizioni|di (?:utilizzo|servizio|uso))|condizioni (?:generali|d['’]uso|di utilizzo)|contratto",
        r"l['’]utente|gli utenti|il cliente",
        r"responsabilit[aà]|responsabile",
        r"propriet[aà] intellettuale|diritti? d['’]autore|march[io]",
        r"vietat[oaie]|[eè] fatto divieto|non [eè] consentit|si impegna",
        r"autorizzazione|consenso",
        r"legge (?:italiana|applicabile)|foro competente|giurisdizione|tribunale",
        r"presenti (?:condizioni|termini)|il presente",
        r"risoluzione|recesso|sospendere|sospensione",
        r"garanzi[ae]|forza maggiore",
        r"riproduzione|riprodurre|distribuzione",
        r"accett(?:a|azione|are)\b",
    ),
    "pt": (
        r"termos (?:e condi[cç]|de (?:uso|servi[cç]o|utiliza))|condi[cç][oõ]es (?:gerais|de uso)|contrato",
        r"o utilizador|o usu[aá]rio|os usu[aá]rios|os utilizadores|voc[eê]|o cliente",
        r"responsabilidade|respons[aá]vel",
        r"propriedade intelectual|direitos? (?:de autor|autorais)|marcas?",
        r"proibid[oa]|[eé] vedad|n[aã]o (?:poder[aá]|pode|[eé] permitid)",
        r"autoriza[cç][aã]o|consentimento|permiss[aã]o",
        r"lei(?:s)? aplic[aá]ve(?:l|is)|legisla[cç][aã]o|foro|tribuna(?:l|is)|jurisdi[cç][aã]o",
        r"presentes? (?:termos|condi[cç][oõ]es|contrato)|estes termos",
        r"rescis[aã]o|suspender|cancelamento|cessa[cç][aã]o",
        r"garantias?|for[cç]a maior",
        r"reprodu[cç][aã]o|reproduzir|distribui[cç][aã]o",
        r"aceita(?:[cç][aã]o|r)?\b|compromete-se|concorda",
    ),
    "nl": (
        r"algemene voorwaarden|gebruiks?voorwaarden|servicevoorwaarden|overeenkomst",
        r"de gebruiker|gebruikers|de klant|bezoeker",
        r"aansprakelijk",
        r"intellectue(?:le|el) eigendom|auteursrecht|merken",
        r"niet toegestaan|verboten?|verboden|is het niet|mag niet|mogen niet",
        r"toestemming",
        r"nederlands recht|belgisch recht|toepasselijk recht|bevoegde rechter|rechtbank|geschil",
        r"deze (?:algemene |gebruiks)?voorwaarden|disclaimer",
        r"opzeg|be[eë]indig|opschort",
        r"garantie|overmacht",
        r"verveelvoudig|kopi[eë]ren|verspreid|openbaar",
        r"akkoord|aanvaard",
    ),
}
"""By language: phrases of terms."""

NOTICE = {
    "en": (
        r"legal notice|imprint|site notice",
        r"registered (?:office|in|number)|company (?:number|registration)|\bvat\b",
    ),
    "de": (
        r"impressum|anbieterkennzeichnung|offenlegung",
        r"(?:angaben|informationen) gem(?:ä|ae)(?:ß|ss)|§ ?5 (?:tmg|ddg|ecg)|§ ?18 .{0,9}mstv|§ ?25 medieng",
        r"verantwortlich(?:e|er)? (?:f[uü]r|i\. ?s\. ?d|im sinne)|inhaltlich verantwortlich|v\. ?i\. ?s\. ?d\. ?p",
        r"vertreten durch|vertretungsberechtigt|gesch[aä]ftsf[uü]hr|vorstand|herausgeber",
        r"handelsregister|registergericht|amtsgericht|\bhrb\b|vereinsregister|firmenbuch|uid-n",
        r"umsatzsteuer|ust-?id|steuernummer|mehrwertsteuer",
        r"haftung f[uü]r (?:inhalte|links)|haftungsausschluss|streitschlichtung|streitbeilegung|urheberrecht",
    ),
    "fr": (
        r"mentions l[eé]gales",
        r"[eé]diteur du site|(?:directeur|directrice|responsable) de (?:la )?publication",
        r"h[eé]berg(?:eur|ement|[eé] par)",
        r"\brcs\b|siret|siren|capital social|si[eè]ge social|tva intra",
    ),
    "es": (
        r"aviso legal|informaci[oó]n legal",
        r"titular (?:del|de la|de este)|titularidad|domicilio social|raz[oó]n social",
        r"registro mercantil|\bc\.?i\.?f\b|\bn\.?i\.?f\b|lssi|34/2002",
    ),
    "it": (r"note legali|informazioni legali", r"sede legale|partita iva|p\. ?iva|registro delle imprese|\brea\b"),
    "pt": (
        r"aviso legal|informa[cç][oõ]es legais",
        r"sede social|n\.?i\.?p\.?c|cnpj|pessoa coletiva|registo comercial",
    ),
    "nl": (r"colofon|juridische (?:informatie|kennisgeving)", r"\bkvk\b|kamer van koophandel|btw|handelsregister"),
}
"""By language: phrases of legal notices and imprints."""

PRIVACY = {
    "en": (
        r"privacy (?:policy|notice|statement)",
        r"personal (?:data|information)",
        r"(?:information|data) (?:we|that we) collect|we (?:may )?collect|collects? information",
        r"data (?:controller|protection|subject|processor)|gdpr|ccpa",
        r"how we use|we use your|(?:use|share|disclose) (?:your|the) (?:personal )?(?:data|information)",
        r"retention|retain your|your (?:privacy )?rights|right to (?:access|erasure|object)",
        r"legal basis|legitimate interests?",
        r"cookies",
    ),
    "de": (
        r"datenschutzerkl[aä]rung|datenschutzhinweise",
        r"personenbezogene",
        r"verantwortlicher im sinne|verantwortliche stelle|dsgvo|datenschutzbeauftragt",
        r"rechtsgrundlage|berechtigte[sn]? interesse",
        r"verarbeitung|verarbeiten",
        r"betroffenenrechte|recht auf (?:auskunft|l[oö]schung)|speicherdauer|betroffene",
    ),
    "fr": (
        r"politique de (?:confidentialit[eé]|protection)",
        r"donn[eé]es (?:personnelles|[aà] caract[eè]re personnel)",
        r"responsable (?:du|de) traitement|rgpd|\bcnil\b",
        r"base l[eé]gale|int[eé]r[eê]t l[eé]gitime",
        r"droit d['’](?:acc[eè]s|opposition|effacement)|dur[eé]e de conservation",
    ),
    "es": (
        r"pol[ií]tica de privacidad|protecci[oó]n de datos",
        r"datos (?:personales|de car[aá]cter personal)",
        r"responsable del tratamiento|rgpd|aepd",
        r"base (?:legal|jur[ií]dica)|inter[eé]s leg[ií]timo|legitimaci[oó]n",
        r"derechos? de (?:acceso|rectificaci[oó]n|supresi[oó]n)|plazo de conservaci[oó]n",
    ),
    "it": (
        r"informativa (?:sulla )?privacy|informativa sul trattamento",
        r"dati personali",
        r"titolare del trattamento|gdpr|garante",
        r"base giuridica|legittimo interesse",
        r"diritti dell['’]interessato|periodo di conservazione",
    ),
    "pt": (
        r"pol[ií]tica de privacidade",
        r"dados pessoais",
        r"respons[aá]vel pelo tratamento|controlador|lgpd|rgpd",
        r"base legal|interesse leg[ií]timo",
        r"direitos dos titulares|prazo de conserva[cç][aã]o|titular dos dados",
    ),
    "nl": (
        r"privacy(?:verklaring|beleid|statement)",
        r"persoonsgegevens",
        r"verwerkingsverantwoordelijke|\bavg\b|autoriteit persoonsgegevens",
        r"grondslag|gerechtvaardigd belang",
        r"bewaartermijn|recht (?:op|van) (?:inzage|verwijdering)",
    ),
}
"""By language: phrases of privacy policies."""

LANGUAGES = tuple(CONTRACT)
"""The languages in which a text can be shown to be terms (ISO 639-1)."""


MANY = 10
"""How often a phrase is counted at most."""


def hits(phrases: Iterable[str], text: str) -> list[int]:
    """How often a text holds each phrase, in any case."""
    lowered = text.lower()
    return [sum(1 for _ in islice(_compiled(phrase).finditer(lowered), MANY)) for phrase in phrases]


def speaks_like_terms(text: str, language: str, title: str = "") -> bool:
    """Whether a text speaks like a contract: in many of the phrases and often, or in some and is called terms.

    language: one of `LANGUAGES`. title: of the page. The first `LOOKED_AT` characters of the text are listened to.
    """
    start = text[:LOOKED_AT]
    found = hits(CONTRACT[language], start)
    different, often = sum(map(bool, found)), sum(found) * 1_000 / max(len(start), 1)
    if different >= 6 and often >= 2:
        return True
    return different >= 3 and often >= (1.5 if different > 3 else 2.5) and called(CONTRACT[language][0], title, start)


def called(name: str, title: str, start: str) -> bool:
    """Whether a page's title, or the beginning of its text, has the name: the first of the phrases of its kind."""
    return sum(hits((name,), f"{title}\n{start[:300]}")) > 0


def first(phrases: Iterable[str], lowered: str) -> tuple[int, int] | None:
    """Where the first of the phrases stands in a text in lower case."""
    found = [match.span() for phrase in phrases if (match := _compiled(phrase).search(lowered))]
    return min(found, default=None)


def phrases_of(language: str | None) -> tuple[str, ...]:
    """The phrases of terms in a language; none for one that is not read."""
    return CONTRACT.get(language or "", ())


def spoken(phrases: Iterable[str], text: str, enough: int) -> int:
    """How many of the phrases a text holds, counted up to `enough`."""
    lowered, found = text.lower(), 0
    for phrase in phrases:
        found += _compiled(phrase).search(lowered) is not None
        if found == enough:
            break
    return found


@cache
def _compiled(phrase: str) -> re.Pattern[str]:
    return re.compile(phrase)
