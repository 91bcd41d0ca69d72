/* eslint-disable mindflip/no-untranslated-text -- words of notes, not of the page */
/**
 * Words that show how sentences are built, for the languages in which instant cards know them.
 *
 * `stop` are function words, which are never hidden alone. `before` are the articles and
 * prepositions among them: a noun phrase often follows. The other fields are patterns that precede
 * a name, connect a term with its definition, or precede a cause.
 */

const words = (text) => new Set(text.trim().split(/\s+/u));

/**
 * @typedef {{stop: Set<string>, before: Set<string>, called?: RegExp, is?: RegExp, cause?: RegExp,
 *   and?: RegExp, pronouns?: RegExp, units?: RegExp, verbal?: RegExp}} Language
 */

/** @type {Record<string, Language>} */
const LANGUAGES = {
  en: {
    stop: words(`a about above after again against all almost along already also although always am
      among an and another any are around as at away back be became because become been before being
      below between both but by called can could did do does doing done down during each either else
      even ever every few first following for former found from further gave get give given had has
      have having he her here hers herself him himself his how however i if in include included
      includes including into is it its itself just known last later least less like made make makes
      many may me might more most much must my near neither never new next no nor not now of off often
      on once one only onto or other others our out over own part per put rather said same second see
      several she should since so some still such take taken than that the their theirs them themselves
      then there therefore these they third this those though three through throughout thus to together
      too took toward towards two under until up upon us use used using very via was way we well went
      were what when where whether which while who whom whose why will with within without would yet
      you your began became won wrote written paid held led left lost built brought met ran sent
      sold spent stood told thought grew rose fell kept set show shows need needs want wants store
      stores contain contains consist consists provide provides produce produces occur occurs happen
      cause causes help helps allow allows require requires remain remains begin start starts
      found take takes lead leads`),
    before: words(`a an the of in on at by for from with as into onto through between among during
      under against about within toward towards via per like`),
    called:
      /\b(?:called|known as|named|termed|nicknamed|dubbed|referred to as|entitled|titled) /giu,
    is: / (?:is|are|was|were|means|refers to) (?:(?:an?|the|one of the|any) )?/iu,
    cause:
      /\b(?:because of|because|due to|owing to|caused by|as a result of|resulted in|results in|leads? to|led to|in order to|so that) /giu,
    and: /^,? (?:and|or) /u,
    verbal: /.{3}(?:ed|ing|ly)$/u,
    pronouns: /^(?:it|he|she|they|this|these|those|that|there|such|his|her|its|their)\b/iu,
    units:
      /^(?:percent|hundred|thousand|million|billion|trillion|k?m|cm|mm|k?g|miles?|feet|meters?|metres?|kilometers?|kilometres?|pounds?|tons?|tonnes|acres|degrees|hours?|minutes?|seconds?|days?|weeks?|months?|years?|century|centuries|dollars|euros)\b/iu,
  },
  de: {
    stop: words(`ab aber alle allem allen aller alles als also am an andere anderen anderer anderes auch
      auf aus außer bei beim bereits bevor bin bis bist da dabei dadurch dafür damit danach dann daran
      darauf daraus darin darüber das dass dazu dem den denen denn der deren des dessen deutlich dich die
      dies diese diesem diesen dieser dieses doch dort du durch ebenfalls ein eine einem einen einer eines
      einige einigen einiger er erst erste ersten es etwa etwas euch für gab ganz gegen gegenüber genannt
      gibt gilt hat hatte hatten haben hier hin hinter ich ihm ihn ihnen ihr ihre ihrem ihren ihrer im
      immer in indem ins insgesamt ist ja je jede jedem jeden jeder jedes jedoch kann kein keine keinen
      können könnte konnte konnten man mehr mehrere mehreren meist mit muss müssen nach nachdem neben nein
      nicht nichts noch nun nur ob oder oft ohne sehr sei sein seine seinem seinen seiner seit seitdem
      sich sie sind so sobald sogar solche solchen soll sollen sollte sollten sondern sowie sowohl statt
      trotz über um und uns unter viel viele vielen vom von vor während war waren warum was weil weitere
      welche welchem welchen welcher welches wenn wer werden wie wieder will wir wird wo wobei worden wurde
      wurden zu zum zur zwei zwischen zwar`),
    before:
      words(`der die das dem den des ein eine einem einen einer eines im in am an auf aus bei beim
      durch für gegen mit nach ohne über um unter vom von vor während zum zur zwischen als`),
    called:
      /(?<!\p{L})(?:genannt|namens|heißt|heißen|bekannt als|bezeichnet als|sogenannte[nrms]?) /giu,
    is: / (?:ist|sind|war|waren|bedeutet|bezeichnet) (?:(?:ein|eine|einer|der|die|das|eines der|einer der) )?/iu,
    cause: /(?<!\p{L})(?:weil|wegen|aufgrund|infolge|dadurch, dass|sodass|führte[n]? zu|durch) /giu,
    and: /^,? (?:und|oder|sowie) /u,
    verbal: /^\p{Ll}.*(?:en|te|ten|t)$/u,
    pronouns: /^(?:er|sie|es|dies|diese[rsnm]?|das|sein|seine|ihr|ihre|dort|jene[rs]?)(?!\p{L})/iu,
    units:
      /^(?:prozent|hundert|tausend|millionen?|milliarden?|k?m|cm|mm|k?g|meilen?|meter|kilometer|zentimeter|kilogramm|gramm|tonnen?|hektar|grad|stunden?|minuten?|sekunden?|tagen?|wochen?|monaten?|jahren?|jahre|jahrhunderts?|dollar|euro|uhr)(?!\p{L})/iu,
  },
  es: {
    stop: words(`a además al algo algunas algunos ante antes aquel aquella así aun aún aunque bajo bien cada
      casi como con contra cual cuales cualquier cuando cuanto cuyo cuya de debido del desde después donde
      dos durante e el él ella ellas ellos en entre era eran eres es esa esas ese eso esos está están esta
      estaba estado estas este esto estos etc fue fueron ha había habían han hasta hay incluso la las le
      les lo los luego más me mediante mejor menos mi mientras mismo misma mucho muchos muy nada ni no nos
      nosotros nuestra nuestro nunca o os otra otras otro otros para parte pero poco por porque primer
      primera primero pues puede pueden que qué quien quienes se según ser será si sí sido siempre sin
      sino sobre solo sólo son su sus tal también tampoco tan tanto te tiene tienen toda todas todo todos
      tras tres tu tus un una unas uno unos usted varias varios y ya yo tuvo tuvieron hizo hacen hace dio comenzó terminó ocurre ocurrió llegó ganó
      perdió contiene consiste produce incluye permite tiene`),
    before:
      words(`el la los las un una unos unas de del en al a con por para sobre entre como desde hacia
      según durante contra`),
    called:
      /(?<!\p{L})(?:llamad[oa]s?|conocid[oa]s? como|denominad[oa]s?|titulad[oa]s?|se llama|apodad[oa]s?) /giu,
    is: / (?:es|son|fue|fueron|era|eran|significa) (?:(?:una?|el|la|los|las|uno de los|una de las) )?/iu,
    cause:
      /(?<!\p{L})(?:porque|debido a(?:l)?|a causa de(?:l)?|causad[oa]s? por|ya que|para que|gracias a(?:l)?) /giu,
    and: /^,? (?:y|e|o|u) /u,
    verbal: /.{3}(?:ado|ada|ados|adas|ando|iendo|aron|ieron|aba|aban|mente)$/u,
    pronouns:
      /^(?:él|ella|ellos|ellas|esto|este|esta|estos|estas|eso|ese|esa|su|sus|aquello)(?!\p{L})/iu,
    units:
      /^(?:por ciento|cien|mil|mill[oó]n(?:es)?|k?m|cm|mm|k?g|millas?|pies|metros?|kil[oó]metros?|libras?|toneladas?|acres|hect[aá]reas?|grados?|horas?|minutos?|segundos?|d[ií]as?|semanas?|meses|años?|siglos?|d[oó]lares|euros)(?!\p{L})/iu,
  },
  fr: {
    stop: words(`a à afin ai ainsi alors après assez au aucun aucune aujourd'hui auquel aussi autre autres aux
      avait avant avec avoir beaucoup bien car ce ceci cela celle celles celui cependant ces cet cette ceux
      chaque chez comme comment contre d'un d'une dans de déjà depuis des deux donc dont du elle elles en
      encore entre est et était étaient été être eux fait font furent fut ici il ils je jusque l'on la le
      les leur leurs lors lorsque lui mais même mêmes moins ne ni non nos notre nous on ont ou où par parce
      pas pendant peu peut peuvent plus plusieurs pour pourquoi puis qu'il quand que quel quelle quelles
      quelques quels qui quoi s'est sa sans se selon sera ses si sien soit son sont sous souvent sur tandis
      tant tel telle tous tout toute toutes très trois trop a ayant c'est n'est un une vers voici vos votre vous y`),
    before:
      words(`le la les un une des du de au aux en dans par pour sur avec entre comme sous chez vers
      selon contre`),
    called:
      /(?<!\p{L})(?:appelée?s?|nommée?s?|connue?s? sous le nom de|intitulée?s?|surnommée?s?|dite?s?) /giu,
    is: / (?:est|sont|était|étaient|fut|furent|signifie|désigne) (?:(?:une?|le|la|les|l'un des|l'une des) )?/iu,
    cause:
      /(?<!\p{L})(?:parce que|parce qu'|à cause d[eu]|en raison d[eu]|causée?s? par|grâce aux?|afin de) /giu,
    and: /^,? (?:et|ou) /u,
    pronouns: /^(?:il|elle|ils|elles|ce|cet|cette|ces|cela|ceci|son|sa|ses|leur|leurs)(?!\p{L})/iu,
    units:
      /^(?:pour cent|cents?|mille|millions?|milliards?|k?m|cm|mm|k?g|pieds|mètres?|kilomètres?|tonnes?|hectares?|degrés?|heures?|minutes?|secondes?|jours?|semaines?|mois|ans|années?|siècles?|dollars|euros)(?!\p{L})/iu,
  },
  ar: {
    stop: words(`في من إلى الى على عن مع هذا هذه ذلك تلك هو هي هم كان كانت كانوا يكون تكون أن ان إن أنه أنها
      التي الذي الذين اللذين ما لا لم لن قد كما أو او ثم حيث بين بعد قبل عند كل بعض غير أي حتى إذا اذا منذ
      خلال أكثر اكثر أقل مثل عدة لكن بل ليس ليست وقد وكان وكانت وهو وهي وفي ومن وعلى والتي والذي وأن كذلك
      أيضا أيضًا ايضا حول دون ضد تحت فوق هناك هنا له لها لهم به بها فيه فيها منه منها عليه عليها إليه إليها
      ولم ولا وما فقد سوف يمكن تم وتم يتم عام جدا جدًا نحو لأن بسبب يسمى تسمى المعروف المعروفة وذلك عندما
      بينما كلا أول أحد إحدى لذلك بشكل ضمن لدى أما إلا الا`),
    before: words(`في من إلى الى على عن مع بين خلال مثل ضد تحت حول منذ`),
    called:
      /(?<!\p{L})(?:(?:و)?(?:يسمى|تسمى|يُسمى|تُسمى|المعروف(?:ة)? باسم|يُعرف باسم|تعرف باسم|المسماة|المسمى|يدعى|تدعى|باسم)) /gu,
    is: / (?:هو|هي|هم|كان|كانت) /u,
    cause: /(?<!\p{L})(?:لأن(?:ه|ها|هم)?|بسبب|نتيجة|نظرا ل|نظرًا ل|أدى إلى|أدت إلى|لكي|من أجل) /gu,
    and: /^،? و(?=\p{L})/u,
    pronouns: /^(?:و?(?:هو|هي|هم|هذا|هذه|ذلك|تلك|هؤلاء))(?!\p{L})/u,
    units:
      /^(?:في المائة|بالمائة|مليون|ملايين|مليار|مليارات|ألف|آلاف|كيلومتر|كم|متر|مترا|كجم|طن|ميل|درجة|ساعة|دقيقة|ثانية|يوم|يوما|أيام|أسبوع|شهر|سنة|سنوات|عام|عاما|عامًا|قرن|دولار|يورو)(?!\p{L})/u,
  },
  hi: {
    stop: words(`का के की को में से ने पर और है हैं था थे थी थीं हो होता होती होते हुआ हुई हुए कि जो यह ये वह
      वे इस इसके इसकी इसका इसे इन इनके उस उसके उसकी उसका उसे उन उनके उनकी उन्हें उन्होंने उसने एक भी ही तो तक
      लिए साथ द्वारा बाद पहले कर करना करने करते करता करती किया किए की गया गई गए जा जाता जाती जाते रहा रहे रही
      दिया दी दिए लिया नहीं न या जब जैसे जिसे जिस जिसमें जिसके जिनमें कुछ कई सभी सब अपने अपनी अपना बहुत अधिक
      कम तथा एवं किसी कोई कौन क्या क्यों कैसे कहाँ वाले वाली वाला ताकि लेकिन क्योंकि कारण बीच दौरान अन्य दो
      तीन सकता सकते सकती होने रूप तरह अब फिर यदि अगर बल्कि जहाँ जहां वहाँ यहाँ हालांकि इसलिए चाहिए इनमें ओर
      लगभग`),
    before: words(`में से पर को ने का के की और`),
    called: /(?:जिसे|जिन्हें|नामक|अर्थात|यानी) /gu,
    cause: /(?:क्योंकि|के कारण|इसलिए|ताकि|की वजह से) /gu,
    and: /^,? (?:और|या|तथा|एवं) /u,
    pronouns:
      /^(?:यह|ये|वह|वे|इस|इन|उस|उन|इसके|इसकी|उसके|उसकी|उनके|उनकी|उन्होंने|उसने|इसने)(?![\p{L}\p{M}])/u,
    units:
      /^(?:प्रतिशत|सौ|हज़ार|हजार|लाख|करोड़|अरब|मिलियन|बिलियन|किलोमीटर|किमी|मीटर|मील|किलोग्राम|टन|डिग्री|घंटे|घंटा|मिनट|सेकंड|दिन|दिनों|सप्ताह|महीने|वर्ष|वर्षों|साल|शताब्दी|डॉलर|यूरो|रुपये)(?![\p{L}\p{M}])/u,
  },
  zh: {
    stop: words(`的 了 在 是 和 与 及 或 但 而 并 也 都 就 还 又 把 被 由 从 到 对 为 以 于 之 其 这 那 这些 那些
      这个 那个 他 她 它 他们 她们 它们 我 我们 你 你们 自己 有 没有 不 不是 没 可以 可能 能 能够 会 将 要 应该 因为
      所以 因此 如果 虽然 但是 然而 以及 并且 而且 或者 通过 根据 作为 成为 使 使得 让 给 向 用 比 更 最 很 非常 一些
      一个 一种 许多 多 少 每 各 该 此 所 者 着 过 地 得 中 上 下 里 内 外 前 后 时 当 等 称为 包括 进行 只 已 已经 曾
      曾经 之一 其中 其他 另 另外 同时 由于 关于 这样 那么 什么 如何 开始 第一 后来 随后 之后 之前 以后 以前`),
    before: words(`的 在 是 为 由 被 于 从 向 对 和 与 称为 叫做`),
    called: /(?:被?称为|叫做|叫作|名为|称作|命名为|又称|简称|被誉为)/gu,
    is: /(?:是(?:一[种个项位名座条部家类支]|指)?)/u,
    cause: /(?:因为|由于|导致|引起|因此)/gu,
    and: /^(?:和|与|及|以及|或|、)/u,
    pronouns: /^(?:它们?|他们?|她们?|这些?|那些?|该|此|其)/u,
  },
  ja: {
    stop: words(`の は が を に へ と で も や から まで より など して した する て いる いた ある あった ない れ
      られ せ な だ です ます この その あの これ それ あれ ここ そこ そして しかし また または および として
      について によって により ため こと もの とき よう という など なる なっ なった され いう れる られる たち`),
    before: words(`の は が を に と で は から として`),
    called: /(?:と呼ばれる|という|と称する|と名付けられた)/gu,
    cause: /(?:ため|なぜなら|によって|により|原因で)/gu,
    and: /^(?:と|や|、|および|または)/u,
    pronouns: /^(?:それ|これ|あれ|彼女?|彼ら|この|その|あの)/u,
  },
  th: {
    stop: words(`ที่ ของ และ ใน เป็น มี ได้ ว่า ให้ จาก กับ ไม่ การ ความ จะ ก็ ซึ่ง โดย แต่ หรือ คือ นี้ นั้น ไป มา
      แล้ว อยู่ อย่าง เพื่อ ถูก ต่อ เมื่อ ตาม ถึง ด้วย กว่า ทั้ง ยัง อื่น ๆ เขา เธอ มัน พวกเขา เรา ผู้ ทำ ใช้ เพราะ
      เนื่องจาก ระหว่าง หลัง ก่อน บน ขึ้น ลง ออก เข้า ชื่อ เรียก`),
    before: words(`ใน ของ เป็น คือ จาก กับ โดย ที่ ชื่อ`),
    called: /(?:เรียกว่า|ชื่อว่า|ชื่อ|รู้จักกันในชื่อ)/gu,
    is: /(?:คือ|เป็น)/u,
    cause: /(?:เพราะ|เนื่องจาก|ทำให้)/gu,
    pronouns: /^(?:มัน|เขา|เธอ|พวกเขา|นี่|นั่น)/u,
  },
};

/** @type {Language} */
const UNKNOWN = { stop: new Set(), before: new Set() };

const SCRIPTS = [
  ["ja", /[\u3040-\u30ff]/u],
  ["zh", /\p{Script=Han}/u],
  ["th", /\p{Script=Thai}/u],
  ["ar", /\p{Script=Arabic}/u],
  ["hi", /\p{Script=Devanagari}/u],
];
const SAMPLE_LENGTH = 4000;
const MIN_SHARE = 0.1;

/**
 * Return the words of the language in which a text is written.
 * @param {string} text
 * @param {string} [tag] the language, if it is known, as a language tag such as "de" or "pt-BR"
 * @returns {Language & {tag: string}} without words if the language is unknown
 */
export function languageOf(text, tag = detect(text.slice(0, SAMPLE_LENGTH))) {
  const base = tag.split("-")[0].toLowerCase();
  return { ...(LANGUAGES[base] ?? UNKNOWN), tag: base };
}

function detect(sample) {
  const letters = sample.match(/\p{L}/gu) ?? [];
  for (const [tag, script] of SCRIPTS)
    if (letters.filter((letter) => script.test(letter)).length > letters.length / 4) return tag;
  const sampleWords = sample.toLowerCase().match(/[\p{L}\p{M}'’]+/gu) ?? [];
  const scores = Object.entries(LANGUAGES).map(([tag, { stop }]) => [
    tag,
    sampleWords.filter((word) => stop.has(word)).length,
  ]);
  const [tag, score] = scores.sort((a, b) => b[1] - a[1])[0];
  return score && score >= sampleWords.length * MIN_SHARE ? tag : "";
}
