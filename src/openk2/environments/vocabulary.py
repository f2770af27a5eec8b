"""Common English nouns, first names and towns: values as they stand in people's files and tables.

The lists are long because a short one is learned by heart: a model then writes a frequent member instead of the one in
front of it.
"""

from __future__ import annotations

_NOUNS = """
account action address advice agency airport album animal answer apartment army article artist attack author autumn
baby balance bank baseball basketball bath battle beach bear beauty bed bell belt bench bike bill bird birth block
board boat body bone border bowl brain branch bread bridge brother brush bucket building bus business cabin cable cake
camera camp canal capital captain carbon castle cat cattle cave ceiling cell center century chain challenge channel
chapter charge chart cheese chicken child choice church circle citizen city class climate clock cloud club coach coal
coast coat coffee colour comedy company computer concert contract copper corn corner cotton country couple court cousin
cover cow cream crew crown culture curtain dance danger daughter dealer debt degree depth desert design desk device
diamond dinner direction disk doctor dog dollar door drama dream dress drink driver duck dust earth economy edge editor
education egg election energy engine engineer evening event evidence exam example exit eye face fact factory family
farm fashion father feather festival field figure film finger fire fish flag flight floor flour flower folk food foot
forest form fountain fox frame friend fruit fuel future gallery gate gift girl glass glove goal goat gold golf grain
grass ground group growth guard guest guide guitar hair hall hammer hand harbour hat head health heart heat height hero
highway hill holiday honey hope horse hospital hotel hour house husband ice idea image income index industry insect
iron island jacket job judge juice jungle kettle key king kitchen knife knowledge ladder lake land language law leader
leaf league leather lemon level library light lion list lock lunch machine magic manager map march market mask match
meal measure meat medal meeting melody member memory metal method middle milk mill mind mine minute mirror model moment
money monkey month moon morning mother motor mountain mouse mouth movie museum nation nature neck needle nest network
night noise north note number ocean office officer oil opera orchard order oven owner oxygen page pain painter palace
panel paper parent park parrot partner party path patient pattern peace pen people pepper person piano picture piece
pilot pipe plan plane planet plant plastic player pocket poem poet point police pool port position post power present
president pressure prince print prison prize problem process product profit program project promise property queen
question rabbit race radio railway rain record region report rest result rhythm rice ring river road rocket roof room
root rope rose route rule sailor salad salt sand sauce school science screen sea season seat second secret shadow shape
sheep sheet shelf ship shoe shop shore shoulder signal silk sister size skill skin sky sleep smoke snake snow soap
society soldier son song sound soup south space speech speed spoon sport spring square stage star state station steam
steel stem step stick storm story stream street string studio sugar suit summer sun supper surface sweater switch table
tail tale tank tape task taxi tea team teacher temple tennis tent theatre theme thread ticket tiger timber time title
tool tooth tower town toy track trade traffic train travel tree trial trip truck tunnel uncle union unit valley value
van vase vehicle velvet view village violin visit voice volume voyage waiter wall water wave wedding week weight west
wheel wife wind window wine wing winter wire wolf woman wood wool worker world yard year zebra zone
"""
NOUNS = tuple(_NOUNS.split())

_NAMES = """
Adam Adele Agnes Alan Albert Alex Alice Alma Amanda Amy Andrea Andrew Angela Anita Anton Arthur Aron Asha Astrid August
Barbara Beatrice Bernard Bianca Boris Brenda Brian Bridget Carl Carmen Carol Caroline Cecilia Charles Charlotte Chloe
Christine Claire Claude Colin Connor Cyril Daisy Dana Deborah Denise Dennis Dora Doris Dylan Edgar Edith Edward Eleanor
Eli Elias Elise Ellen Elsa Emil Emily Enzo Eric Erik Ernest Esther Ethan Eugene Evelyn Fatima Fiona Flora Florence
Frank Fred Frida Gabriel George Gerald Gilbert Giulia Gloria Gordon Greta Gustav Hanna Harold Harry Hassan Hector Heidi
Helen Herbert Hilda Holly Howard Ian Ida Igor Ingrid Irene Isaac Isabel Ivan Jacob James Jane Janet Jasmine Jason Jean
Jeremy Joan Joel John Joseph Joshua Joyce Juan Judith Julia Julian Kai Karen Karl Katrin Keith Kenneth Kevin Kim Klara
Kurt Lara Laura Laurence Leila Leon Leonard Lewis Liam Lily Linda Lisa Lorenzo Louis Louise Lucas Lucia Lucy Luis Luke
Lydia Mabel Magda Marcel Marco Margaret Marie Marina Mark Marta Martha Martin Mary Matilda Matthew Maurice Max Maya
Megan Mia Michael Milan Miriam Mona Monica Moses Nancy Naomi Natalie Nathan Neil Nicole Nina Nora Norman Oliver Oscar
Otto Owen Pablo Pamela Patricia Patrick Paula Pauline Pedro Penelope Peter Petra Philip Rachel Ralph Ramon Raymond
Rebecca Regina Rene Richard Rita Robert Robin Roger Roland Roman Ronald Rosalie Roy Ruben Rupert Sabine Sally Salma
Samuel Sandra Sara Sebastian Selma Sergio Sheila Silvia Simon Sofia Sonia Sophie Stella Stephen Stuart Susan Sylvia
Tamara Teresa Theo Theresa Thomas Timothy Tobias Tom Tony Ulrich Ursula Valerie Vera Veronica Vincent Violet Virginia
Walter Wanda Wilma Winston Yasmin Yvonne Zelda
"""
NAMES = tuple(_NAMES.split())

_TOWNS = """
Aarhus Aberdeen Accra Adelaide Aleppo Algiers Almaty Amman Amsterdam Antwerp Arequipa Asmara Astana Atlanta Baku
Baltimore Bamako Bangalore Bari Barcelona Basel Bath Beirut Belfast Belgrade Bilbao Birmingham Bologna Bombay Bonn
Bordeaux Bradford Brasilia Bremen Brest Brighton Brisbane Bristol Bruges Brno Bucharest Bursa Busan Calgary Cali
Cambridge Canberra Caracas Cardiff Casablanca Cologne Cordoba Cork Cracow Curitiba Dakar Dallas Damascus Darwin Detroit
Dhaka Dijon Doha Dresden Dubai Dundee Durban Edinburgh Essen Exeter Faro Florence Frankfurt Galway Gdansk Genoa Ghent
Glasgow Gothenburg Granada Graz Grenoble Haifa Halifax Hamburg Hanover Harare Hobart Honolulu Houston Innsbruck Isfahan
Istanbul Izmir Jakarta Jena Kabul Kampala Kandy Karachi Kassel Kaunas Kazan Kiev Kigali Kingston Kobe Lahore Leeds
Leicester Leipzig Liverpool Lodz Lublin Lucerne Lund Lusaka Luxor Lyon Madras Malaga Malmo Manchester Manila Mannheim
Maputo Marseille Medina Melbourne Memphis Merida Miami Minsk Monaco Montreal Mosul Munich Nagoya Nantes Naples
Newcastle Nice Nicosia Norwich Nuremberg Odessa Omsk Orlando Osaka Oxford Padua Palermo Panama Parma Perth Perugia
Phoenix Pilsen Pisa Plymouth Portland Potsdam Poznan Preston Quebec Rabat Ravenna Reims Rennes Rosario Rostock
Rotterdam Rouen Salzburg Samara Santos Sapporo Seattle Seville Sheffield Siena Skopje Sofia Split Stuttgart Sucre Tampa
Tangier Tbilisi Toledo Toulouse Tours Trento Trieste Tripoli Tromso Tunis Ulm Uppsala Utrecht Valencia Venice Verona
Vilnius Warsaw Wellington Winnipeg Wuhan York Zagreb Zurich
"""
TOWNS = tuple(_TOWNS.split())
