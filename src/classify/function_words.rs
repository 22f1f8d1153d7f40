//! The words by which a short message gives its language away: function words, and the first words of a chat.
//! Plain data; the weighing is done in `language`. A word may stand under several languages.

/// ISO 639-1 code and words, lower case. Words that people write without their accents stand in both forms.
pub(crate) const FUNCTION_WORDS: [(&str, &str); 11] = [
    (
        "en",
        "a about above account across actually address after again against all almost already also although always \
         am an and another any anybody anyone anything anyway anywhere app appointment are arent arrive arrived as \
         ask at available away back bad bank be because been before being best better between big bike bill bit \
         bloody book booked booking both bought box bring broken bus but buy by bye call called came can cancel \
         cancelled cannot cant car card care change charge charged chat cheap check cheers close code colour come \
         coming contact cos cost could couldnt customer cuz damn date day days deal delay delivered delivery did \
         didnt die different do does doesnt doing done dont down due dude during each early either email else \
         english enough error even ever every everyone everything extra fault feel few find fine first fix for \
         forgot found free friend from fuck full gave get gets getting gift give go going gone gonna good got great \
         guys had half happened happy hardly has hasnt hate have havent having he hell hello help her here hers hey \
         hi him his hold home hope hour hours house how however hows i id if ill im in info instead into invoice is \
         isnt issue it item items its ive job just keep keeps know kid kids kind last late later least left less \
         let lets like link little live lmao lol long look looking lost lot lots love loyalty made mail make man \
         many mate may maybe me mean message might mine minute minutes missing mobile money month more morning most \
         much must my myself name near need needs never new next nice night no nobody none nope nor not nothing now \
         number of off offer ok okay old omg on once one online only open or order ordered orders other our out over \
         own package page paid parcel part password pay paying payment people person phone photo pick picture place \
         please pls plz plan post price probably problem product put question quick quite rather really reason \
         receipt received refund refunded regarding reply reset return returned right rn said same saw say says see \
         seems seen sell send sent service set she shipped shipping shit shop should show sick side since sir site \
         size so sold some someone something sometimes soon sorry spoke start started state status still stock stop \
         store stuck stuff stupid such support sure switch take taken talk team tell text than thank thanks that \
         thats the their them then there theres these they theyre thing things think this those though thought \
         three through thx till time times to today together told tomorrow tonight too took top total track \
         tracking tried trouble try trying two u under until up update upset ur us use used using useless very via \
         wait waited waiting wanna want wanted was wasnt way we website week weeks well went were werent wh what \
         whatever whats when whens where wheres whether which while who whole whos why will wish with within \
         without wont word work working works would wouldnt wrong wtf x ya yeah year years yep yes yesterday yet yo \
         you your youre yours yous yup",
    ),
    (
        "de",
        "aber als an auch auf aus bei bekomme bestellnummer bestellt bestellung bezahlt bin bis bitte da danke dann \
         das dass dem den denn der des die dies diese dieser dieses doch du ein eine einem einen einer eines er es \
         etwas euch falsch funktioniert für fuer geht geld geliefert gibt guten habe haben hallo hat hier hilfe ich \
         ihnen ihr ihre im immer in ist ja jetzt kann kein keine keinen kommt konto können koennen könnt lieferung \
         mal man mehr mein meine meinem meinen meiner mich mir mit möchte moechte morgen muss nach nicht nichts noch \
         nur ob oder ohne paket passwort rechnung rücksendung schon sehr sein seit sich sie sind so stornieren tag \
         termin um und uns unser unter viel vielen vom von vor wann war warum was weil wenn wer werden wie wieder \
         will wir wird wo wurde zahlung zeit zu zum zur zurück zurückgeben zwei",
    ),
    (
        "fr",
        "acheter ai aide aider ainsi alors appel après as au aucun aussi autre aux avant avec avez avoir bien bonjour \
         bonsoir ça ca car carte ce cela ces cet cette chez colis combien comme comment commande commandé compte \
         dans de depuis des deux du elle elles en encore est et été etes êtes être etre eu facture faire fait faut il \
         ils je jour jours jamais j'ai l'ai la là le les leur livraison livré lui ma mais marche me merci mes moi mois \
         mon mot ne n'ai n'est n'a ni non nos notre nous où ou oui paiement par parler pas passe passé peut peux plus \
         pour pourquoi pouvez pourriez problème qu'est quand que quel quelle quelqu'un qui quoi reçu recu \
         rembourser remboursement rien s'il sa salut sans se ses si son sont suis sur ta te toi toujours tout toute \
         très tres tu un une va vais veux vos votre voudrais vous c'est d'un d'une",
    ),
    (
        "es",
        "a adiós ahora al algo alguien años aquí aqui así ayuda ayudar bien buenas buenos cambiar cancelar cómo como \
         compra con contraseña cuál cual cuándo cuando cuánto cuanto cuenta de del desde devolución devolver día días \
         dice dinero dónde donde dos el él ella en entrega envío envio era es esa ese eso está esta están estan este \
         esto estoy factura fue gracias ha había hace hacer han hasta hay he hola hoy la las le llega llegado llegó \
         lo los mañana más mas me mi mis mucho muy nada necesito ni no nos nunca o otra otro pagar pago para paquete \
         pedido pero persona por porque puede puedo qué que quién quiero recibido reembolso se ser si sí sin sobre son \
         soy su sus también tarjeta te tengo tiene todavía todo tu tus un una usted ustedes y ya yo hablar funciona \
         tarde",
    ),
    (
        "it",
        "a adesso aiuto al alla allora anche ancora arrivato bene buongiorno buonasera c'è cambiare che chi ci ciao \
         come con conto così cosa cui da dal dalla dei del della delle di dopo dove dov'è due e è era essere fa fare \
         fattura fatto funziona già gli grazie ha hai hanno ho i il in io la le lei lo loro ma mai me mi mia mie miei \
         mio molto nel nella nessuno niente noi non o oggi ogni ordinato ordine pacco pagamento parlare password \
         per perché perche però più piu posso potete prima può pacchetto qual quale quando quanto quello questa \
         questo qui rimborso sapere scusi se sei senza si sì siamo soldi sono spedizione stato su sua subito suo \
         tempo ti tra tutto un una uno vi voglio volta vorrei salve",
    ),
    (
        "pt",
        "a agora ainda ajuda algo alguém alguem ao aqui as até bem boa bom cadê cadê chegou com como compra comprar \
         conta da das de depois dia dinheiro do dos e é ela ele em encomenda entrega era essa esse está esta estão \
         estou eu faz fazer foi funciona há isso já ja mais mas me meu meus minha minhas muito na nada não nao nas no \
         nos nunca o obrigada obrigado olá ola onde os ou pagamento pago para pedido pela pelo pode posso por porque \
         preciso qual quando quanto que quem quero recebi reembolso são se sem senha ser seu seus só sua também \
         tarde tem tenho ter tudo um uma vai você voce vocês voces falar atendente",
    ),
    (
        "nl",
        "aan al alleen als alles beetje bedankt bent bestelling besteld betaald betaling bij dag dan dank dat de deze \
         die dit doe doen door dus een en er factuur gaat gebeurd geen geld geleverd goed goedemorgen goedemiddag \
         graag had hallo heb hebben heeft het hier hij hoe hoelang hoi hulp iemand iets ik in is ja je jij jullie kan \
         kapot komt kon kunnen kwijt laat maar meer met mij mijn moet naar nee niet niets niks nog nu of om ons onze \
         ook op over pakket pakketje rekening retour sinds spreken te terug terugbetaling tijd toch tot uit uur u van \
         vandaag veel vergeten voor vraag waar waarom wachtwoord wanneer want wat we weer werkt wil wie wij worden \
         wordt zal ze zeer zich zij zijn zonder zou",
    ),
    (
        "pl",
        "ale bardzo bez być by był była było chcę chce ciągle co czekam czemu czy dla dlaczego dni do dobry dostałem \
         dostałam dotarła dotarło dzień dzien dziękuję dziekuje gdy gdzie go hasła hasło i ich ile im ja jak jaki \
         jako je jego jej jest jestem jeszcze już juz kiedy kto ktoś który konto ma mam mi mnie moich moja moje mogę \
         moge mój moj może moze na nadal nas nic nie niej o od on ona pan pani paczka paczki po pod pieniądze pomoc \
         pomocy proszę prosze przesyłka przez są się sie spóźniona tak tam te tego tej ten to tu tylko ty tym w we \
         wszystko wy z za zamówienia zamówienie zamowienie został zwrot zwrotu że ze zapłaciłem działa płatność",
    ),
    (
        "sv",
        "allt är ar att av bara beställning beställt betalat behöver blev bli då dag de dem den det detta din du där \
         ej eller en er ett faktura fått få får för fungerar från går ha hade han har hej hjälp hon hur i idag inga \
         inget ingen inte ja jag kan kommer konto kunna kvar lösenord man med men mer mig min mina mitt mycket måste \
         någon något när ni nu nej och om order på paket paketet pengar prata sen sig sin ska skulle som så tack \
         tillbaka till under ut utan vad var varför vara varit vi vid vill vilken åter återbetalning",
    ),
    (
        "da",
        "af aldrig alle altså at bare bestilling bestilt betalt blev blive da de dem den denne der det dette dig din \
         du efter eller en endnu er et faktura fik for fordi fra få får før gang god godt goddag gør ham han har have \
         havde hej her hjælp hun hvad hvem hvis hvor hvorfor hvordan hvornår i igen ikke ind ingen jeg jer kan kom \
         kommer konto kunne kvittering lige man mange med meget men mere mig min mine mit må når noget nogen nu nej \
         og også om op ordre os over på pakke pakken penge sig skal som så tak tid til tilbage ud uden under var ved \
         vi vil være virker adgangskode",
    ),
    (
        "tr",
        "acaba ama ancak bana ben beni benim bir biri bu bugün çok cok da daha de değil degil destek diye dün evet \
         fatura fakat gelmedi geldi gün günaydın gibi göre hala hâlâ hani hayır hesabım hesap için icin ile iade ise \
         istiyorum kadar kargo kargom ki kim lazım lütfen lutfen mı mi mu mü merhaba müşteri nasıl nasil ne neden \
         nerede nereye niye o olan olarak oldu olmuyor ödeme para param paket sadece selam sen şifre sifre sifremi \
         şifremi şu sipariş siparis siparişim siparisim siz sonra sorun teşekkürler tesekkurler unuttum var ve veya \
         ya yardım yardim yok zaman çalışmıyor temsilci",
    ),
];

/// Letters that few languages use, for words that stand in no list.
pub(crate) const TELLING_LETTERS: [(&str, &str); 10] = [
    ("ß", "de"),
    ("äü", "de"),
    ("ö", "de sv tr"),
    ("ñ", "es"),
    ("ãõ", "pt"),
    ("łąężźćśń", "pl"),
    ("å", "sv da"),
    ("øæ", "da"),
    ("ğşı", "tr"),
    ("œêèùû", "fr"),
];
