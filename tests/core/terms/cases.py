"""Clauses in our own words, as such clauses are written: text, what it says, and what it must not be taken for."""

SCRAPE, AI, TDM = "no_scraping", "no_ai_training", "tdm_reservation"
PRIVATE, COPY, ASK = "noncommercial_only", "no_redistribution", "permission_required"
ALLOW, RIVAL = "conditional_allow", "no_compete"
NOTHING: tuple[str, ...] = ()

# (clause, categories it is of, categories it is not of)
Case = tuple[str, tuple[str, ...], tuple[str, ...]]

SCRAPING: list[Case] = [
    ("You may not use robots, spiders or other automated devices to monitor our pages.", (SCRAPE,), (ALLOW, AI)),
    ("Scraping is prohibited.", (SCRAPE,), ()),
    ("Crawling the site in any form without our prior written consent is prohibited.", (SCRAPE, ASK), (ALLOW,)),
    ("You agree not to write scripts, robots or other processes to scrape the Services.", (SCRAPE,), ()),
    ("Accessing the service through any automated means, including web crawlers, is not allowed.", (SCRAPE,), ()),
    ("Automatically accessing the site with scripts is forbidden.", (SCRAPE,), ()),
    ("You will not gather data from our products by automated means without our permission.", (SCRAPE, ASK), ()),
    ("It is not permitted to retrieve listings systematically in order to create a database.", (SCRAPE,), ()),
    ("No data mining, extraction tool or similar method may be used on the pages.", (SCRAPE,), ()),
    ("You must not bypass the instructions in our robots.txt file.", (SCRAPE,), (ALLOW,)),
    ("The licence does not include any use of data mining, robots or extraction tools.", (SCRAPE,), ()),
    ("You may not engage in screen scraping, web harvesting or bulk downloading of content.", (SCRAPE,), ()),
    ("Harvesting data from the platform is strictly forbidden.", (SCRAPE,), ()),
    ("Users shall not employ bots to collect information from the website.", (SCRAPE,), ()),
    ("You must not extract or mine any data from the service.", (SCRAPE,), ()),
    ("You can’t scrape the site.", (SCRAPE,), (ALLOW,)),
    ("Systematic downloading, whether by hand or by software, is a breach of the licence.", (SCRAPE,), ()),
    ("AI agents may not navigate or interact with the store.", (SCRAPE,), ()),
    ("Search one word at a time; automated querying is prohibited.", (SCRAPE,), ()),
    ("Members agree not to data-mine the directory.", (SCRAPE,), ()),
    ("The programs that you may download update automatically.", (), (SCRAPE,)),
    ("Our text is available under the Creative Commons Attribution licence.", (ALLOW,), ()),
    ("You may reuse our content under the Creative Commons licence.", (ALLOW,), ()),
    ("We do not prohibit scraping of public data for research.", (), (SCRAPE,)),
    ("Nothing in these terms prevents you from using robots on public pages.", (), (SCRAPE,)),
    ("We don't mind if you scrape the site.", (), (SCRAPE,)),
    ("There is no restriction on crawling.", (), (SCRAPE,)),
    (
        "You will not:\ncopy the software;\nexcept as a search engine does, use any bot or spider that reads pages;",
        (SCRAPE,),
        (),
    ),
    ("A decision about you that was taken by automated means is looked at again if you ask.", (), (SCRAPE, AI)),
    ("You may not use our servers for the mining of coins.", (), (SCRAPE, TDM)),
    ("The robot vacuum cleaner must not be used outdoors.", (), (SCRAPE,)),
    ("You may not harvest email addresses of other users for unsolicited messages.", (), (SCRAPE,)),
    ("Do not create accounts by automated means or through bots.", (), (SCRAPE,)),
    ("You may not use cheats, hacks, bots or other software to gain an advantage in the game.", (), (SCRAPE,)),
    ("Do not use bots to inflate view counts.", (), (SCRAPE,)),
    ("We use automated systems to analyse your content and detect spam.", (), (SCRAPE,)),
    ("Our automated tools may review messages for safety.", (), (SCRAPE,)),
    ("Your subscription renews automatically unless you cancel.", (), (SCRAPE,)),
    ("Files must not contain viruses, trojan horses or cancelbots.", (), (SCRAPE,)),
]

TRAINING: list[Case] = [
    ("You shall not use any content to train or improve any machine learning or AI system.", (AI,), (RIVAL,)),
    ("The content may not be used as input for artificial intelligence.", (AI,), ()),
    ("Use of the services to train AI is not permitted without a licence.", (AI, ASK), ()),
    ("You must not use the pages for the development of software, including training an AI model.", (AI,), ()),
    ("Feeding our articles into a large language model is prohibited.", (AI,), ()),
    ("Users may not fine-tune generative models on material from this site.", (AI,), ()),
    ("No output may become part of a dataset for model training.", (AI,), ()),
    ("We will never use what you write to train a language model.", (), (AI,)),
    ("The vendor will never store the output of the language models that it hosts to improve them.", (), (AI,)),
    ("Anonymous data that can no longer be told apart may be used by us for model training.", (), (AI,)),
    ("You must not try to discover the weights, the training data or the code of the service.", (), (AI,)),
    ("“Output” means what is created by the AI models from prompts of users.", (), (AI,)),
    ("Staff must not enter the laboratory until their training is complete.", (), (AI,)),
    ("Without our written consent you may not use output to develop machine learning models.", (AI,), ()),
    ("We may use the information we collect to train our machine learning models.", (), (AI,)),
    ("Our partners may use your public posts to train their AI models unless you opt out.", (), (AI,)),
    ("We will not use your content to train AI models.", (), (AI, SCRAPE)),
    ("Company will not train models on Customer Data.", (), (AI,)),
    ("You may opt out of the use of your conversations for training our models.", (), (AI,)),
    ("If you do not want your photos to be used for AI training, change your settings.", (), (AI,)),
    ("You grant us the right to use your posts for training artificial intelligence.", (), (AI,)),
    ("You may not use output to develop models that compete with us.", (RIVAL,), (AI,)),
    ("You must not train a competing AI model with the service.", (RIVAL,), (AI,)),
    ("You must not use AI-generated content to mislead people.", (), (AI,)),
    ("By giving feedback you agree that we may use it to improve our AI.", (), (AI,)),
    ("You may not use our content for training AI models or for competing services.", (AI, RIVAL), ()),
]

MINING: list[Case] = [
    ("All rights to text and data mining under Article 4 of Directive (EU) 2019/790 are reserved.", (TDM,), (SCRAPE,)),
    ("We expressly reserve our rights in respect of text and data mining.", (TDM,), (SCRAPE,)),
    ("You may not conduct or permit any text or data mining or web scraping of the site.", (TDM, SCRAPE), ()),
    ("TDM of any content of this site is not permitted.", (TDM,), ()),
    ("You must not use data mining on the site.", (SCRAPE,), (TDM,)),
    ("Our provider respects opt-outs from text and data mining.", (), (TDM,)),
]

USES: list[Case] = [
    ("The site is made available for your personal, non-commercial use only.", (PRIVATE,), (COPY,)),
    ("You may not use any article for commercial purposes.", (PRIVATE,), ()),
    ("Commercial use of the content is prohibited.", (PRIVATE,), ()),
    ("You may print pages for your own personal use; other reproduction requires our consent.", (PRIVATE,), ()),
    ("You must not exploit the service commercially.", (PRIVATE,), ()),
    ("You can’t make money from the maps.", (PRIVATE,), ()),
    ("Employees may not use company vehicles for private purposes.", (), (PRIVATE,)),
    ("The warranty is void if the appliance is used for commercial purposes.", (), (PRIVATE,)),
    ("You must not send unsolicited commercial emails.", (), (PRIVATE,)),
    ("You must not post advertisements or other commercial messages.", (), (PRIVATE,)),
    ("We are not liable for loss of profit or commercial opportunity.", (), (PRIVATE,)),
    ("You may install one copy of the app on devices that you own, for your personal use.", (), (PRIVATE,)),
]

COPIES: list[Case] = [
    ("You may not reproduce, duplicate, copy or resell any portion of the service.", (COPY,), ()),
    ("No part of this site may be reproduced without the prior permission of the publisher.", (COPY, ASK), ()),
    ("Reproduction in whole or in part without written permission is prohibited.", (COPY, ASK), ()),
    ("Users shall not create derivative works of the materials.", (COPY,), ()),
    ("You may not rent, lease or sell the platform.", (COPY,), ()),
    ("You must not redistribute, republish or sell our episodes.", (COPY,), ()),
    ("You can’t modify, translate or create derivative works of our products.", (COPY,), ()),
    ("You mustn’t resell what you find here.", (COPY,), ()),
    ("To create a copy of a page as an exercise is not prohibited.", (), (COPY,)),
    ("You may not use the services to store or transmit this information.", (), (COPY,)),
    ("Purchasers may not resell the goods without our consent.", (), (COPY, ASK)),
    ("Nothing on this site may be reproduced without our permission.", (COPY, ASK), (ALLOW,)),
    ("You may not sell or copy content that is not yours unless you have a licence from the owner.", (COPY,), ()),
    ("Neither party may publish a copy of the notice of dispute without the consent of the other.", (), (COPY, ASK)),
    ("A DMCA notice names the work that was copied without authorisation.", (), (COPY, ASK)),
    ("You grant us a licence to host, reproduce, modify and distribute your content.", (), (COPY, PRIVATE, ASK)),
    ("We will not sell your personal information to third parties without your consent.", (), (COPY, ASK)),
    ("You may not upload content that infringes the copyright of others.", (), (COPY,)),
    ("You may not reverse engineer, decompile or disassemble the software.", (), (COPY,)),
    ("You may not sell or transfer your account.", (), (COPY,)),
    ("You must not circumvent features that prevent copying of content.", (), (COPY,)),
    ("Promo codes may not be duplicated or sold.", (), (COPY,)),
]

LEAVE: list[Case] = [
    ("Articles may be republished only with our prior written consent.", (ASK,), ()),
    ("Except as expressly authorised by us in writing, you may not copy the content.", (ASK, COPY), ()),
    ("To republish an article you must obtain written permission from the editors.", (ASK,), ()),
    ("You need the approval or permission of the museum to use images in print.", (ASK,), ()),
    ("Use of the site in a business requires a commercial licence.", (ASK,), ()),
    ("Please ask the picture library before you publish any image.", (ASK,), ()),
    ("You may not copy the content except: (a) as the menu offers it; or (b) with our written consent;", (ASK,), ()),
    ("You may copy the articles without asking for permission.", (), (ASK, COPY)),
    ("Except as permitted by section 7, you may not copy the content.", (COPY,), (ASK,)),
    ("By submitting photos you are granting us a licence to publish them without your permission.", (), (ASK, COPY)),
    ("Tickets may not be resold or transferred without the consent of the organiser.", (), (ASK,)),
    ("For permission to reproduce our material, write to the syndication desk.", (ASK,), ()),
    ("You may not link to our homepage without our prior written consent.", (), (ASK,)),
    ("You may not use our trademarks without our prior written consent.", (), (ASK, COPY)),
    ("You may not assign this agreement without our prior written consent.", (), (ASK,)),
    ("You may not publish photographs of other people without their consent.", (), (ASK,)),
    ("Except as permitted by these terms, you may not copy the content.", (COPY,), (ASK,)),
]

ALLOWED: list[Case] = [
    ("Crawling is permissible if done in accordance with our robots.txt file.", (ALLOW,), (SCRAPE,)),
    (
        "We grant operators of public search engines revocable permission to use spiders to build searchable indices.",
        (ALLOW,),
        (SCRAPE,),
    ),
    ("Except through our public API, you must not access the service by automated means.", (SCRAPE, ALLOW), ()),
    ("You may access the content by automated means only through our API.", (ALLOW,), (SCRAPE,)),
    ("The articles are available under a Creative Commons Attribution licence.", (ALLOW,), ()),
    ("Crawlers that obey robots.txt are welcome to index the forum.", (ALLOW,), (SCRAPE,)),
    ("The statistics may be reproduced free of charge as long as the source is acknowledged.", (ALLOW,), (COPY,)),
    ("The pages are dedicated to the public domain under CC0.", (ALLOW,), ()),
    ("For open access content the Creative Commons licensing terms apply.", (ALLOW,), ()),
    ("If you wish our permission to use robots, please contact us.", (), (ALLOW,)),
    ("Anyone may download the register in bulk, provided that its source is named.", (ALLOW,), ()),
    ("Automated retrieval is fine as long as you wait a second between requests.", (ALLOW,), (SCRAPE,)),
    ("You may distribute charts of the data, so long as we are cited as their source.", (ALLOW,), (COPY,)),
    ("Pages may be reproduced without further permission if they are not altered.", (ALLOW,), (ASK, COPY)),
    ("These terms were adapted from others that are licensed under CC BY-SA.", (), (ALLOW,)),
    ("Some components may be subject to Creative Commons or open source licences.", (), (ALLOW,)),
    ("Titles of listings may be altered so as not to affect search engine results.", (), (ALLOW,)),
    ("You may choose to license your own photos under a Creative Commons licence.", (), (ALLOW,)),
    ("Your posts may be indexed by search engines.", (), (ALLOW, SCRAPE)),
    ("An API key is shown in your settings.", (), (ALLOW,)),
]

RIVALS: list[Case] = [
    ("You shall not access the service to build a competitive product.", (RIVAL,), ()),
    ("You must not use the services for any purpose that competes with us.", (RIVAL,), ()),
    ("Customers may not use the API to create a competing service.", (RIVAL,), ()),
    ("Rival publishers may not use the data service.", (RIVAL,), ()),
    ("If you are a competitor you may not view the demonstration.", (RIVAL,), ()),
    ("Messages that refer to sites of our competitors are prohibited on this service.", (), (RIVAL,)),
    ("You may not use the app to provide time sharing or similar services.", (), (RIVAL,)),
    ("Nothing here affects the law of unfair competition.", (), (RIVAL,)),
    ("You may not take part in competitive matches with two accounts.", (), (RIVAL,)),
]

ENGLISH = [*SCRAPING, *TRAINING, *MINING, *USES, *COPIES, *LEAVE, *ALLOWED, *RIVALS]

GERMAN: list[Case] = [
    ("Das automatisierte Auslesen der Inhalte ist untersagt.", (SCRAPE,), ()),
    ("Das Auslesen mit Robots ist nicht untersagt.", (), (SCRAPE,)),
    ("Der Einsatz von Crawlern, Robotern oder Scraping-Programmen ist nicht gestattet.", (SCRAPE,), ()),
    ("Sie dürfen keine Skripte verwenden, um Daten systematisch abzurufen.", (SCRAPE,), ()),
    ("Die Nutzung der Texte zum Training von Systemen künstlicher Intelligenz ist verboten.", (AI,), ()),
    ("Wir verwenden Ihre Eingaben, um unsere KI-Modelle zu trainieren.", (), (AI,)),
    ("Wir behalten uns das Text- und Data-Mining nach § 44b UrhG ausdrücklich vor.", (TDM,), (SCRAPE,)),
    ("Der Rechteinhaber untersagt das Text and Data Mining im Sinne von § 44b UrhG.", (TDM,), (SCRAPE,)),
    ("Die Inhalte dürfen nur zum privaten, nicht kommerziellen Gebrauch genutzt werden.", (PRIVATE,), ()),
    ("Eine gewerbliche Nutzung der Inhalte ist untersagt.", (PRIVATE,), ()),
    ("Vervielfältigung und Verbreitung der Artikel bedürfen unserer schriftlichen Zustimmung.", (COPY, ASK), ()),
    ("Ohne vorherige schriftliche Genehmigung dürfen Bilder nicht kopiert werden.", (COPY, ASK), ()),
    ("Der Nutzer räumt uns das Recht ein, seine Beiträge zu vervielfältigen.", (), (COPY,)),
    ("Suchmaschinen ist das Crawlen zur Indexierung erlaubt.", (ALLOW,), ()),
    ("Die Daten dürfen nicht für konkurrierende Angebote verwendet werden.", (RIVAL,), ()),
    ("Der Vertrag verlängert sich automatisch um ein Jahr.", (), (SCRAPE,)),
    ("Sie dürfen Ihr Konto nicht ohne unsere Zustimmung übertragen.", (), (ASK,)),
]

FRENCH: list[Case] = [
    ("L’utilisation de robots ou d’outils de scraping est interdite.", (SCRAPE,), ()),
    ("Il est interdit d’extraire de manière automatisée les données du site.", (SCRAPE,), ()),
    ("Vous ne pouvez pas utiliser les contenus pour entraîner une intelligence artificielle.", (AI,), ()),
    ("Nous utilisons vos messages pour entraîner nos modèles d’intelligence artificielle.", (), (AI,)),
    ("L’éditeur s’oppose à la fouille de textes et de données (art. L. 122-5-3 du code).", (TDM,), ()),
    ("Le site est réservé à un usage strictement personnel et non commercial.", (PRIVATE,), ()),
    ("Toute exploitation des contenus à des fins commerciales est interdite.", (PRIVATE,), ()),
    ("Toute reproduction des articles sans autorisation écrite préalable est interdite.", (COPY, ASK), ()),
    ("L’utilisateur s’engage à ne pas reproduire ni modifier les éléments du site.", (COPY,), ()),
    ("Vous nous accordez le droit de reproduire et de diffuser vos contenus.", (), (COPY,)),
    ("Les moteurs de recherche sont autorisés à indexer les pages par des robots.", (ALLOW,), ()),
    ("Vous vous interdisez d’utiliser le service pour créer un produit concurrent.", (RIVAL,), ()),
    ("L’abonnement est reconduit automatiquement.", (), (SCRAPE,)),
    ("Nous utilisons des robots pour modérer les commentaires.", (), (SCRAPE,)),
]

SPANISH: list[Case] = [
    ("Está prohibido el uso de robots, arañas o scraping en este sitio.", (SCRAPE,), ()),
    ("No se permite la extracción automatizada de datos de la página.", (SCRAPE,), ()),
    ("Queda prohibido usar los contenidos para entrenar modelos de inteligencia artificial.", (AI,), ()),
    ("Podemos utilizar sus datos para entrenar nuestros modelos de inteligencia artificial.", (), (AI,)),
    ("El titular se opone a la minería de textos y datos.", (TDM,), (SCRAPE,)),
    ("El contenido es para uso personal y no comercial.", (PRIVATE,), ()),
    ("Se prohíbe su utilización con fines comerciales.", (PRIVATE,), ()),
    ("Queda prohibida la reproducción de los contenidos sin autorización previa y escrita.", (COPY, ASK), ()),
    ("El usuario no podrá copiar, distribuir ni modificar los textos.", (COPY,), ()),
    ("El usuario nos concede licencia para reproducir y distribuir su contenido.", (), (COPY,)),
    ("Los contenidos se publican bajo licencia Creative Commons.", (ALLOW,), ()),
    ("Usted no puede usar el servicio para desarrollar un producto que compita con el nuestro.", (RIVAL,), ()),
    ("La suscripción se renueva automáticamente.", (), (SCRAPE,)),
]

ITALIAN: list[Case] = [
    ("È vietato l’uso di robot, crawler o scraping sul sito.", (SCRAPE,), ()),
    ("È vietato utilizzare i contenuti per addestrare sistemi di intelligenza artificiale.", (AI,), ()),
    ("La riproduzione dei contenuti senza autorizzazione scritta è vietata.", (COPY, ASK), ()),
    ("Il sito è destinato a uso personale e non commerciale.", (PRIVATE,), ()),
]

PORTUGUESE: list[Case] = [
    ("É proibido usar robôs, crawlers ou raspagem no site.", (SCRAPE,), ()),
    ("Você não pode usar o conteúdo para treinar modelos de inteligência artificial.", (AI,), ()),
    ("A reprodução dos conteúdos sem autorização prévia é proibida.", (COPY, ASK), ()),
    ("O conteúdo destina-se a uso pessoal e não comercial.", (PRIVATE,), ()),
]

CASES = [
    (language, *case)
    for language, cases in (
        ("en", ENGLISH),
        ("de", GERMAN),
        ("fr", FRENCH),
        ("es", SPANISH),
        ("it", ITALIAN),
        ("pt", PORTUGUESE),
    )
    for case in cases
]
