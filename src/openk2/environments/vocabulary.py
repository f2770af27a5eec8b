"""Common English nouns, so that values are often ordinary words, as they are in people's files and tables."""

from __future__ import annotations

_TEXT = """
account action address advice agency airport album animal answer apartment army article artist attack author autumn
baby balance bank baseball basketball bath battle beach bear beauty bed bell belt bench bike bill bird birth block
board boat body bone border bowl brain branch bread bridge brother brush bucket building bus business cabin cable
cake camera camp canal capital captain carbon castle cat cattle cave ceiling cell center century chain challenge
channel chapter charge chart cheese chicken child choice church circle citizen city class climate clock cloud club
coach coal coast coat coffee colour comedy company computer concert contract copper corn corner cotton country
couple court cousin cover cow cream crew crown culture curtain dance danger daughter dealer debt degree depth desert
design desk device diamond dinner direction disk doctor dog dollar door drama dream dress drink driver duck dust
earth economy edge editor education egg election energy engine engineer evening event evidence exam example exit
eye face fact factory family farm fashion father feather festival field figure film finger fire fish flag flight
floor flour flower folk food foot forest form fountain fox frame friend fruit fuel future gallery gate gift girl
glass glove goal goat gold golf grain grass ground group growth guard guest guide guitar hair hall hammer hand
harbour hat head health heart heat height hero highway hill holiday honey hope horse hospital hotel hour house
husband ice idea image income index industry insect iron island jacket job judge juice jungle kettle key king
kitchen knife knowledge ladder lake land language law leader leaf league leather lemon level library light lion
list lock lunch machine magic manager map march market mask match meal measure meat medal meeting melody member
memory metal method middle milk mill mind mine minute mirror model moment money monkey month moon morning mother
motor mountain mouse mouth movie museum nation nature neck needle nest network night noise north note number ocean
office officer oil opera orchard order oven owner oxygen page pain painter palace panel paper parent park parrot
partner party path patient pattern peace pen people pepper person piano picture piece pilot pipe plan plane planet
plant plastic player pocket poem poet point police pool port position post power present president pressure prince
print prison prize problem process product profit program project promise property queen question rabbit race radio
railway rain record region report rest result rhythm rice ring river road rocket roof room root rope rose route
rule sailor salad salt sand sauce school science screen sea season seat second secret shadow shape sheep sheet shelf
ship shoe shop shore shoulder signal silk sister size skill skin sky sleep smoke snake snow soap society soldier
son song sound soup south space speech speed spoon sport spring square stage star state station steam steel stem
step stick storm story stream street string studio sugar suit summer sun supper surface sweater switch table tail
tale tank tape task taxi tea team teacher temple tennis tent theatre theme thread ticket tiger timber time title
tool tooth tower town toy track trade traffic train travel tree trial trip truck tunnel uncle union unit valley
value van vase vehicle velvet view village violin visit voice volume voyage waiter wall water wave wedding week
weight west wheel wife wind window wine wing winter wire wolf woman wood wool worker world yard year zebra zone
"""
NOUNS = tuple(_TEXT.split())
