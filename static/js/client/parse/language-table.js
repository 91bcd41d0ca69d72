/**
 * The languages that users may name. The same table is in flashcards/parsing/languages.json.
 */

/* eslint-disable mindflip/no-untranslated-text -- names and words in their own languages */

/**
 * A script, names, and frequent words, by the code of the language.
 * @type {Record<string, {script: string, names: string, words: string}>}
 */
export const LANGUAGES = {
  en: {
    script: "latin",
    names: "english englisch anglais inglés inglese",
    words:
      "the of and to is that it was for on are with as by at from this which what who when where how why does did have has not or its their an in",
  },
  de: {
    script: "latin",
    names: "german deutsch allemand alemán tedesco",
    words:
      "der die das und ist ein eine einer eines dem den des von zu mit für auf nicht im sich wie welche welcher welches wer wann wo warum wird werden sind durch bei aus als auch was in",
  },
  fr: {
    script: "latin",
    names: "french français französisch francés francese",
    words:
      "le la les des du et est un une dans pour que qui quel quelle quels sont par sur avec au aux ce cette comment pourquoi quand où pas se sa son de en",
  },
  es: {
    script: "latin",
    names: "spanish español castellano spanisch espagnol spagnolo",
    words:
      "el la los las de y que en es un una por para con se del qué cuál cómo quién cuándo dónde son su al fue como más",
  },
  it: {
    script: "latin",
    names: "italian italiano italienisch italien",
    words:
      "il lo la gli le di che è un una per con del della dei nel nella come quale chi cosa quando dove sono si al dal",
  },
  pt: {
    script: "latin",
    names: "portuguese português portugiesisch portugués",
    words:
      "os as de que e é um uma para com não do da dos das em no na por qual como quem quando onde são se ao foi",
  },
  nl: {
    script: "latin",
    names: "dutch nederlands niederländisch néerlandais",
    words:
      "de het een en van is dat in op te met voor niet wat wie welke wanneer waar hoe zijn naar aan bij wordt",
  },
  sv: {
    script: "latin",
    names: "swedish svenska schwedisch",
    words: "och att det som en på är av för med till den inte vad vem hur när var ett",
  },
  da: {
    script: "latin",
    names: "danish dansk dänisch",
    words: "og at det som en på er af for med til den ikke hvad hvem hvordan hvornår hvor et",
  },
  no: {
    script: "latin",
    names: "norwegian norsk norwegisch bokmål",
    words: "og å det som en på er av for med til den ikke hva hvem hvordan når hvor et",
  },
  pl: {
    script: "latin",
    names: "polish polski polnisch",
    words: "na do się nie to jest że co jak jaki jaka kto kiedy gdzie oraz przez dla są od",
  },
  cs: {
    script: "latin",
    names: "czech čeština česky tschechisch",
    words: "je na se že co jak kdo kdy kde který která které pro jsou není od",
  },
  ro: {
    script: "latin",
    names: "romanian română rumänisch",
    words: "și în de la cu pe este un ce care cum când unde cine sunt din pentru nu",
  },
  tr: {
    script: "latin",
    names: "turkish türkçe türkisch",
    words: "ve bir bu ne için ile olan nasıl nedir hangi kim nerede zaman olarak",
  },
  hu: {
    script: "latin",
    names: "hungarian magyar ungarisch",
    words: "az és egy hogy nem mi ki hol mikor hogyan milyen melyik van volt",
  },
  fi: {
    script: "latin",
    names: "finnish suomi finnisch",
    words: "ja on ei mikä mitä kuka milloin missä miten että se ovat oli",
  },
  id: {
    script: "latin",
    names: "indonesian indonesia",
    words: "yang dan di apa adalah dari untuk dengan pada ini itu siapa kapan bagaimana mana dalam",
  },
  vi: {
    script: "latin",
    names: "vietnamese việt vietnamesisch",
    words: "là của và các một có được trong cho những gì nào ai khi ở với",
  },
  el: { script: "greek", names: "greek ελληνικά griechisch grec griego", words: "" },
  ru: {
    script: "cyrillic",
    names: "russian русский russisch russe ruso",
    words: "и в не на что как кто это с по из к для когда где какой какая какие является был или",
  },
  uk: {
    script: "cyrillic",
    names: "ukrainian українська ukrainisch",
    words: "і в не на що як хто це з до та для коли де який яка які є був або",
  },
  bg: {
    script: "cyrillic",
    names: "bulgarian български bulgarisch",
    words: "и в не на какво как кой това с по от за когато къде кога е са се",
  },
  he: { script: "hebrew", names: "hebrew עברית hebräisch", words: "" },
  ar: {
    script: "arabic",
    names: "arabic العربية عربي arabisch arabe",
    words: "في من على إلى ما هو هي التي الذي هل كيف متى أين عن",
  },
  fa: {
    script: "arabic",
    names: "persian farsi فارسی persisch",
    words: "در از به که این چه است را با برای کدام چیست و",
  },
  hi: { script: "devanagari", names: "hindi हिन्दी हिंदी", words: "" },
  bn: { script: "bengali", names: "bengali bangla বাংলা", words: "" },
  th: { script: "thai", names: "thai ไทย thailändisch", words: "" },
  zh: {
    script: "han",
    names: "chinese mandarin cantonese 中文 汉语 漢語 简体中文 繁體中文 chinesisch chinois chino",
    words: "",
  },
  ja: { script: "kana", names: "japanese 日本語 japanisch japonais japonés", words: "" },
  ko: { script: "hangul", names: "korean 한국어 koreanisch coréen coreano", words: "" },
};
