/**
 * Words that nearly every text has, greetings and pleas among them: they say little about what a text asks. Four
 * languages; in any other one, rarely shared words count as much as these would.
 */
const english = `a an the this that these those it its i me my mine we us our you your he him his she her they them
  their who whom whose which what when where why how is am are was were be been being do does did done have has had
  having will would shall should can could may might must and or but if then than so as at by for from in into of off on
  onto out over to up with without about after before again also just too very there here not no yes any some all each
  s t m re ve ll d don doesn didn isn wasn aren won couldn wouldn shouldn let like want need know now
  please hello hi hey dear thanks thank sorry good morning afternoon evening day`;

const german = `aber als am an auch auf aus bei bin bis da das dass dein deine dem den der des die dir dich doch du ein
  eine einem einen einer eines er es für hat hatte habe haben ich ihm ihn ihr ihre im in ist ja kann können könnte könnten
  mein meine meinem meinen meiner meines mich mir mit möchte muss nach nicht noch nur ob oder sehr sein seine sich sie
  sind so um und uns unser unsere vom von vor war warum was wenn werden wer wie wir wird wo würde zu zum zur darf dürfen
  bitte danke hallo guten tag morgen abend liebe lieber leider`;

const french = `au aux avec bonjour bonsoir ce ces cet cette comme comment dans de des du elle elles en est et être eu
  il ils j je l la le les leur leurs ma mais me merci mes moi mon n ne nos notre nous on ou où par pas peut peux plus pour
  pourquoi puis qu quand que quel quelle qui sa salut se ses si sont son sur ta te tes toi ton tu un une vos votre vous y
  ai avez avons suis svp plaît voudrais`;

const spanish = `al buenas buenos como cómo con cuál cuando cuándo de del días donde dónde el ella ellos en es esta
  este esto está están gracias ha hay hola la las le lo los me mi mis muy no nos o para pero por porque puede puedo que
  qué quiero se ser si sí sin su sus también te tengo tiene tu un una unas uno unos usted y ya yo favor tardes`;

/** As they are written, in lower case. */
export const commonWords: readonly string[] = [english, german, french, spanish].flatMap((words) =>
  words.trim().split(/\s+/),
);
