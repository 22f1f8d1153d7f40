//! The words by which a short message gives its language away: function words, and the first words of a chat.
//! Plain data; the weighing is done in `language`. A word may stand under several languages.

/// ISO 639-1 code and words, lower case. Words that people write without their accents stand in both forms.
pub(crate) const FUNCTION_WORDS: [(&str, &str); 11] = [
    (
        "en",
        "a about above door doors e account across actually address after again against agent air all almost already also \
         although always am an and angry another any anybody anyone anything anyway anywhere app appointment \
         are arent arrive arrived as ask at available away back bad bank be because been before being best \
         better between big bike bill bit bloody book booked booking both bought box bring broken bus but buy \
         by bye call called came can cancel cancelled cannot cant car card care change charge charged charges \
         chat cheap check cheers close code colour come coming con contact cos cost could couldnt crash \
         customer cuz damn date day days dead deal declined delay delivered delivery did didnt die different \
         do does doesnt doing done dont down dude due during each early either else email english enough \
         error even ever every everyone everything extra fault fee feel few ffs find fine first fix for \
         forgot found free friend from fuck full gave get gets getting gift give go going gone gonna good got \
         great guys had half happened happy hardly has hasnt hate have havent having he hell hello help her \
         here hers hey hi him his hold home hope hour hours house how however hows human i id if ill im in \
         info instead into invoice is isnt issue it item items its ive job just keep keeps kid kids kind know \
         last late later least left less let lets like link little live lmao login lol long look looking lost \
         lot lots love loyalty made mail make man manager many mate may maybe me mean message might min mine \
         mins minute minutes missing mobile money month more morning most mph much must my myself name near \
         need needs never new next nice night no nobody none nope nor not nothing now number of off offer ok \
         okay old omg on once one online only open operator or order ordered orders other our out over own \
         package page paid parcel part password pay paying payment people per person phone photo pick pickup \
         picture place plan please pls plus plz post price pro probably problem product put question quick \
         quite rate rather really reason receipt received refund refunded regarding rep reply reset return \
         returned right rn said same saw say says see seems seen sell send sent service set she shipped \
         shipping shit shop should show sick side since sir site size sms so sold some someone something \
         sometimes soon sorry spoke start started state station status still stock stop store stuck stuff \
         stupid such support sure switch ta take taken talk team tell text than thank thanks that thats the \
         their them then there theres these they theyre thing things think this those though thought three \
         through thx till time times to today together told tomorrow tonight too took top total track \
         tracking tried trouble try trying two ty tysm u under until up update upset ur us use used useless \
         using very via wait waited waiting wanna want wanted was wasnt way we website week weeks well went \
         were werent wh what whatever whats when whens where wheres whether which while who whole whos why \
         will wish with within without wont word work working works worst would wouldnt wrong wtf x xl ya \
         yeah year years yep yes yesterday yet yo you your youre yours yous yup",
    ),
    (
        "de",
        "abbuchung aber abgebucht als an angekommen auch auf aus bei bekomme bekommen beschädigt bestellen \
         bestellnummer bestellt bestellung bezahlen bezahlt bin bis bitte brauche brauchen da danke dann das \
         dass defekt dem den denn der des die dies diese dieser dieses doch du ein eine einem einen einer \
         eines er erhalten erstattung es etwas euch falsch fuer funktioniert für geht gekauft geld geliefert \
         gibt groesse größe guten gutschein habe haben hallo hat hier hilfe ich ihnen ihr ihre im immer in \
         ist ja jetzt kann kaputt karte kaufen kein keine keinen koennen kommt konto kosten können könnt \
         kündigen leider lieferung lieferzeit mal man mehr mein meine meinem meinen meiner mich mir mit \
         moechte morgen muss möchte möchten müssen nach nicht nichts noch nur ob oder ohne paket passt \
         passwort rechnung rücksenden rücksendung schon schuhe sehr sein seit sendung sich sie sind so \
         sprechen stornieren stornierung tag termin um umtausch umtauschen und uns unser unter vergessen \
         versand verschickt verschieben verstehe viel vielen vom von vor wann war warte warten warum was weil \
         wenn wer werden wie wieder will wir wird wo woche wochen wurde zahlen zahlung zeit zu zum zur zurück \
         zurückgeben zurücksenden zwei zweimal",
    ),
    (
        "fr",
        "abonnement acheter acheté adresse ai aide aider ainsi alors annulation annuler appel après arrivé as \
         attends au aucun aussi autre aux avant avec avez avoir besoin bien bonjour bonsoir c'est ca car \
         carte cassé ce cela ces cet cette changer chaussures chez colis combien commande commandé comme \
         comment compte connecter d'un d'une dans de depuis des deux du débité elle elles en encore envoyer \
         envoyé erreur essaie est et etes etre eu facture faire fait faut fois fonctionne il ils j'ai jamais \
         je joindre jour jours l'ai la le les leur livraison livreur livré lui là ma mais marche mauvais \
         mauvaise me merci mes modifier moi mois mon mot n'a n'ai n'est ne ni non nos notre nous numéro ou \
         oublié oui où paiement par parler pas passe passé payer payé petite peut peux plus pour pourquoi \
         pourriez pouvez pouvoir prix problème produit qu'est quand que quel quelle quelqu'un qui quoi recu \
         remboursement rembourser remboursée retour retourner reçu reçue rien s'il sa salut sans se semaine \
         semaines ses si son sont souhaite souhaiterais suis sur ta taille te toi toujours tout toute tres \
         trop très tu téléphone un une va vais veux vos votre voudrais vous ça échanger été êtes être",
    ),
    (
        "es",
        "a adiós ahora al algo alguien aqui aquí así ayuda ayudar años bien buenas buenos cambiar cambio \
         cancelar cita cobrado cobraron cobro codigo como compra comprado comprar con contraseña cual cuando \
         cuanto cuenta cuál cuándo cuánto código cómo de del desde devolución devolver dice dinero direccion \
         dirección donde dos día días dónde el ella en entrar entrega enviado enviar envio envío equivocado \
         era es esa ese eso esperando esta estan este esto estoy está están factura fue funciona funcionan \
         gracias ha hablar había hace hacer han hasta hay he hola hoy la las le llamar llega llegado llegar \
         llegó lo los mas mañana me mi mis mucho muy más nada necesito ni no nos nunca número o olvide olvidé \
         otra otro pagar pago pague pagué paquete para pedido pedí pero persona por porque problema producto \
         puede pueden puedes puedo que quería quiero quisiera quién qué recibido reclamación reembolso rota \
         roto se semana semanas ser si sin sobre son soy su sus suscripción sí talla también tarda tarde \
         tarjeta te teléfono tengo tiempo tienda tiene tienen todavía todo tu tus un una usted ustedes veces \
         ver y ya yo zapatos él",
    ),
    (
        "it",
        "a accedere addebitato adesso aiuto al alla allora anche ancora annullare appuntamento arriva \
         arrivare arrivato aspetto avete bene bisogno buonasera buongiorno c'è cambiare carta che chi ci ciao \
         codice come comprato con consegna conto corriere cosa costa così cui da dal dalla dei del della \
         delle devo di dimenticato dopo dov'è dove dovrei due e entrare era essere fa fare fatto fattura \
         funziona funzionano giorni già gli grazie ha hai hanno ho i il in indirizzo io la le lei lo loro ma \
         mai mandare me mi mia mie miei mio misura molto negozio nel nella nessuno niente noi non numero o \
         oggi ogni ordinare ordinato ordine ordini pacchetto pacco pagamento pagare pagato parlare password \
         per perche perché però piu più posso potete prima problema prodotto può qual quale quando quanti \
         quanto quello questa questo qui reso ricevere ricevuto riesco rimborsare rimborso rotto salve sapere \
         sbagliato scarpe scusi se sei senza settimana settimane si siamo soldi sono spedizione spostare \
         stato su sua subito suo sì taglia tempo ti tra tutto un una uno vi voglio volta volte vorrei \
         vorremmo è",
    ),
    (
        "pt",
        "a agendar agora aguardando ainda ajuda algo alguem alguém ao aqui as atendente atendimento atraso \
         até bem boa bom cadê cancelar cartao cartão chegar chegou cobrado cobrança cobraram com como compra \
         comprar comprei consigo consulta conta correios código da das de demora depois devolver dia dinheiro \
         do dos duas e ela ele em encomenda endereco endereço entrega entregar entregue era errado esperando \
         esqueci essa esse esta estou está estão eu falar fatura faz fazer foi funciona há isso ja já loja \
         mais mas me meu meus minha minhas mudar muito na nada nao nas nenhum no nos nunca não número o \
         obrigada obrigado ola olá onde os ou pagamento pagar pago paguei para pedido pela pelo pode por \
         porque posso preciso produto qual quando quanto que quebrado quem quero receber recebi reembolso \
         sapatos se sem semana senha ser seu seus sua são só tamanho também tarde telefone tem tempo tenho \
         tentando ter trocar tudo um uma vai veio vezes voce voces você vocês voltar é",
    ),
    (
        "nl",
        "aan aangekomen adres afspraak al alleen alles als annuleren bedankt beetje bent besteld bestellen \
         bestelling betaald betalen betaling bezorgd bezorgen bezorging bij blijft dag dagen dan dank dat de \
         deze die dit doe doen door dus duurt een en er factuur gaat gebeurd geen gekocht gekregen geld \
         geleden geleverd goed goedemiddag goedemorgen graag had hallo heb hebben heeft het hier hij hoe \
         hoelang hoeveel hoi hulp iemand iets ik in inloggen is ja je jij jullie kan kapot keer komt kon \
         krijgen kunnen kwijt laat lang maar maat mag meer met mij mijn moet naar nee niemand niet niets niks \
         nog nu nummer of om ons ontvangen onze ook op ophalen opzeggen over pakket pakketje probleem \
         rekening retour retourneren ruilen schoenen sinds spreken sturen te telefoon terug terugbetaling \
         terugsturen tijd toch tot twee u uit uur van vandaag veel vergeten verkeerd verkeerde verzenden \
         verzetten verzonden voor vraag waar waarom wacht wachten wachtwoord wanneer want wat we weer weken \
         werkt wie wij wijzigen wil winkel worden wordt zal ze zeer zich zij zijn zonder zou",
    ),
    (
        "pl",
        "adres ale anulować bardzo bez by być był była było będzie chce chciałabym chciałbym chcę ciągle co \
         czekam czekać czemu czy dla dlaczego dni do dobry dostawa dostawy dostałam dostałem dotarła dotarło \
         dwa działa dziekuje dzien dzień dziękuję faktura fakturę gdy gdzie go godzin hasła hasło i ich ile \
         im ja jak jaki jako je jego jej jest jestem jeszcze juz już karta kartę kiedy konto kto ktoś który \
         kupiłam kupiłem kurier logować ma mam mi mnie moge mogę moich moj moja moje moze może mój na nadal \
         nas nic nie niej numer o od oddać on ona otrzymałam otrzymałem paczka paczki paczkę pan pani \
         pieniądze pieniędzy po pod pomoc pomocy pomóc prosze proszę przesyłka przesyłki przez przyszła \
         przyszło płatność razy reklamacja rozmiar sie się spóźniona są tak tam te tego tej ten to tu ty \
         tydzień tylko tym uszkodzona uszkodzony w we wizytę wszystko wy wymiana wysyłka wysłać z za \
         zalogować zamowienie zamówienia zamówienie zamówić zapomniałem zapłaciłem ze zmienić został zwrot \
         zwrotu zwrócić zły że",
    ),
    (
        "sv",
        "allt alltid ar att av avboka bara behöver beställa beställning beställt betala betalat blev bli byta \
         bytt dag dagar de dem den det detta din dragit du där då ej eller en er ett faktura fel från fungera \
         fungerar få får fått för glömt gånger går ha hade han handla har hej hjälp hon hur i idag inga ingen \
         ingenting inget inte ja jag kan kommer konto kort kunna kvar kvitto leverans leveransen logga \
         lösenord man med men mer mig min mina mitt mycket måste nej ni nu när någon något och om order paket \
         paketet pengar pengarna prata på retur returnera sen sig sin ska skicka skickat skor skorna skulle \
         snälla som storlek så tack tiden tidigare till tillbaka trasig trasigt två under ut utan vad var \
         vara varför varit vecka veckor vi vid vilken vill vänta väntat är åter återbetalning",
    ),
    (
        "da",
        "adgangskode af aflyse aldrig alle altså ankommet at bare bestille bestilling bestilt betale betalt \
         blev blive bytte da dage de dem den denne der det dette dig din du efter eller en endnu er et \
         faktura fik for fordi forkert forsinket fra fungere få får før gang gange glemt god goddag godt gået \
         gør ham han har havde have hej her hjælp hjælpe hun hvad hvem hvis hvor hvordan hvorfor hvornår i \
         igen ikke ind ingen jeg jer kan kom kommer konto kunne kvittering købe købt leveret levering lige \
         ligger logge man mange mangler med meget men mere mig min mine mit må nej nogen noget nu når og også \
         om op ordre os over pakke pakken penge pengene på refundering retur returnere sende sendt sig skal \
         som stykker størrelse så tak tid tiden til tilbage ud uden uge uger under var ved vente ventet vi \
         vil virker være ændre",
    ),
    (
        "tr",
        "acaba adres alamıyorum aldım almadım ama ancak bana beden bekliyorum ben beni benim bir biri bozuk \
         bu bugün cok da daha de degil destek değil değişim değiştirmek diye dün edebilir etmek evet fakat \
         fatura faturayı fiyat geldi gelir gelmedi geri gibi giremiyorum göre gün günaydın hala hani hayır \
         hesabım hesabıma hesap hâlâ iade icin iki ile iptal ise istedim istiyorum için kadar kargo kargom \
         kart kez ki kim kimse kırık lazım lira lutfen lütfen merhaba mi mu mü müşteri mı nasil nasıl ne \
         neden nerede nereye niye numara o olan olarak oldu olmuyor paket para param randevu sadece selam sen \
         sifre sifremi siparis siparisim sipariş siparişim siz sonra sorun temsilci temsilciye tesekkurler \
         teşekkürler unuttum var ve veya ya yanlış yapabilirim yardim yardım yardımcı yok zaman çalışmıyor \
         çekildi çok ödedim ödeme ürün ürünü ürünüm şifre şifremi şu",
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
