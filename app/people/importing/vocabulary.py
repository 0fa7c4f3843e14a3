"""How people spell the headers of their files, in French and English; which columns a file needs."""

from app.people.tables import ImportKind

PEOPLE: dict[str, str] = {
    "employee_number": "Matricule | N° matricule | Numéro matricule | Numéro de salarié | N° salarié | Id "
    "salarié | "
    "Numéro d'employé | Numéro du collaborateur | Identifiant | Identifiant salarié | Code salarié | Code "
    "agent | "
    "Matricule salarié | Matricule agent | Matricule RH | Employee number | Employee no | Employee nr | "
    "Employee num | "
    "Employee # | Employee ID | Employee identifier | Employee code | Employee | Emp no | Emp ID | Emp "
    "number | "
    "Staff number | Staff ID | Staff no | Personnel number | Personnel no | Personnel ID | Payroll number "
    "| Payroll ID | "
    "Worker ID | Worker number | Person ID | Person number | Badge | Badge number | ID | ID number | Number "
    "| Associate ID | File number | User ID | Person ID external | Identifiant collaborateur | Identifiant "
    "employé | "
    "Matricule collaborateur | Matricule de paie | Code collaborateur",
    "first_name": "Prénom | Prénom usuel | Prénoms | First name | Given name | Forename | Preferred first "
    "name | First "
    "| Legal first name | Legal name - First name | Prénom d'usage | Prénom légal | Prénom de naissance",
    "last_name": "Nom | Nom de famille | Nom d'usage | Nom usuel | Nom patronymique | Nom de naissance | "
    "Last name | "
    "Surname | Family name | Name | Last "
    "| Legal last name | Legal name - Last name | Preferred last name | Legal surname | Nom légal | Nom "
    "marital",
    "email": "Adresse e-mail | E-mail | Email | Mail | Mél | Courriel | Adresse mail | Adresse "
    "électronique | "
    "Adresse de messagerie | Messagerie | Email address | E-mail address | Mail address | Work email | "
    "Professional email | Business email | Company email | Email professionnel | Mail professionnel | "
    "Email pro | "
    "Adresse e-mail professionnelle | Electronic mail | Primary email "
    "| Courriel professionnel | Courriel pro | Adresse courriel | E-mail de travail | Primary work email | "
    "Email - Primary work | Email - Work | Business email address | Work e-mail address",
    "team": "Équipe | Nom de l'équipe | Équipe de rattachement | Équipe d'affectation | Unité | Service | "
    "Service d'affectation | Team | Team name | Work team | Group | Unit | Squad | Crew "
    "| Supervisory organization | Organizational unit | Org unit | Unité organisationnelle | Unité "
    "d'affectation",
    "department": "Direction | Direction de rattachement | Département | Division | Pôle | Department | "
    "Department name | Dept | Directorate | Business unit | Area | Sector | Branch | Direction/Département",
    "site": "Site | Code site | Nom du site | Lieu | Lieu de travail | Lieu d'affectation | Établissement | "
    "Implantation | Localisation | Bureau | Site code | Site name | Site ID | Location | Location code | "
    "Work location | Workplace | Place of work | Place | Office | Work site | Work place | Location name | "
    "City | Ville "
    "| Établissement de rattachement | Code établissement | Libellé établissement | Nom de l'établissement | "
    "Site de rattachement | Site de travail | Site d'affectation | Lieu de rattachement | Primary location",
    "side": "Côté | Front/back | Front ou back | Front-office/back-office | Front office ou back office | "
    "FO/BO | "
    "BO/FO | Population | Side | Office side | Front or back | Front or back office | Front/back office | "
    "Back/front | Back or front | Type de poste | Famille | Office type | Office kind | Which side",
    "job": "Poste | Fonction | Métier | Emploi | Intitulé du poste | Intitulé de poste | Intitulé du "
    "métier | Titre | "
    "Libellé emploi | Libellé du poste | Poste occupé | Job title | Job | Job name | Position | Position "
    "title | "
    "Title | Role | Function | Occupation | Job role "
    "| Business title | Job profile | Emploi occupé | Intitulé de l'emploi | Libellé de l'emploi | Libellé "
    "fonction",
    "manager": "Responsable | Responsable hiérarchique | Matricule responsable | Matricule du responsable | "
    "N+1 | Matricule N+1 | Manager | Matricule manager | Matricule du manager | Supérieur | Supérieur "
    "hiérarchique | "
    "Encadrant | Chef | Hiérarchique | Manager ID | Manager number | Manager no | Manager employee number | "
    "Manager's employee number | Manager employee ID | Manager code | Line manager | Line manager ID | "
    "Line manager number | Line manager employee number | Supervisor | Supervisor ID | Supervisor number | "
    "Reports to | "
    "Reporting to | Boss | Direct manager | Manager email | E-mail du responsable "
    "| Manager direct | Responsable direct | Identifiant manager | Matricule du supérieur | "
    "Manager user ID | Supervisor email | Reports to ID | Reports to email | E-mail du manager | "
    "Courriel du responsable",
    "languages": "Langues | Langue | Langues parlées | Langues pratiquées | Langues de travail | Languages "
    "| Language | "
    "Spoken languages | Languages spoken | Working languages | Language skills",
    "entered_on": "Date d'entrée | Entrée | Date d'embauche | Embauche | Date d'arrivée | Arrivée | Date "
    "de début | "
    "Date d'ancienneté | Ancienneté | Date d'entrée dans l'entreprise | Date d'entrée société | Date de "
    "recrutement | "
    "Début de contrat | Date de début de contrat | Hire date | Hiring date | Date of hire | Date hired | "
    "Hired on | "
    "Hired | Start date | Starting date | Date of start | Entry date | Date of entry | Entered on | "
    "Joining date | "
    "Join date | Date joined | Date of joining | Joined on | Joined | Seniority date | Employment date | "
    "Employment start date | Contract start | Contract start date | Original hire date | Started on "
    "| Most recent hire date | Last hire date | Date d'entrée dans la société | Date d'entrée établissement",
    "worked_weekdays": "Jours travaillés | Jours de travail | Jours ouvrés | Jours de présence | Jours | "
    "Jours travaillés dans la semaine | Rythme de travail | Working days | Work days | Workdays | Worked "
    "days | "
    "Days worked | Weekdays | Days | Week days | Days of work | Working weekdays | Working pattern | Work "
    "pattern | "
    "Worked weekdays | Working week | Days present",
    "legal_entity": "Entité juridique | Entité légale | Entité | Société | Raison sociale | Employeur | "
    "Entreprise | "
    "Legal entity | Entity | Legal entity name | Company | Company name | Employer | Legal company | Legal "
    "employer",
    "commute_minutes": "Trajet habituel (min) | Trajet habituel | Trajet domicile-travail | Temps de "
    "trajet | "
    "Temps de trajet habituel | Durée du trajet habituel | Durée de trajet | Trajet | Minutes de trajet | "
    "Usual commute (min) | Usual commute | Commute | Commute (min) | Commute time | Commute minutes | "
    "Usual commute minutes | Usual commute time | Commuting time | Usual commuting time | Usual journey | "
    "Usual travel time | Home to work | Home to work minutes | Travel to work | Usual trip | Journey to work "
    "| Travel time | Travel time (min) | Travel minutes | Durée du trajet | Temps de trajet domicile-travail",
    "phone": "Mobile | Téléphone | Téléphone mobile | Tél | Tél mobile | Portable | Téléphone portable | "
    "N° de téléphone | Numéro de téléphone | Numéro de portable | Mobile phone | Mobile number | Phone | "
    "Phone number | "
    "Telephone | Telephone number | Cell | Cell phone | Cellphone | Mobile telephone | GSM | Mobile no | "
    "Mobile phone no | "
    "Mobile phone number | Phone no | Tel "
    "| Work phone | Work mobile | Téléphone professionnel | Portable professionnel | Mobile professionnel",
    "contract": "Contrat | Type de contrat | Nature du contrat | Nature de contrat | Forme du contrat | "
    "Contract | "
    "Contract type | Contract kind | Type of contract | Kind of contract | Employment type | Type of "
    "employment | "
    "Worker type | Employee type | Statut du contrat",
    "contract_ends_on": "Fin de contrat | Date de fin de contrat | Date de fin | Fin du contrat | Terme du "
    "contrat | "
    "Date de sortie | Contract end | Contract end date | Contract ends on | Contract ends | End of "
    "contract | End date | "
    "Contract expiry | Contract expiry date | Contract until | Leaving date | Date of end of contract | "
    "Expiry date "
    "| Termination date | Date de départ | Date de fin prévue",
    "under_18": "Moins de 18 ans | Mineur | Mineur(e) | Mineur·e | Est mineur | -18 ans | Under 18 | Under "
    "18 years | "
    "Minor | Is minor | Under age | Underage | Is under 18 | Below 18 | Younger than 18",
    "usual_hours": "Horaires | Horaires habituels | Horaire | Horaire habituel | Heures habituelles | "
    "Horaires de travail | Heures de travail | Plage horaire | Usual hours | Hours | Working hours | Work "
    "hours | "
    "Schedule | Usual schedule | Work schedule | Usual working hours | Shift",
    "school_weekdays": "Jours d'école | Jours de cours | Jours de formation | Jours CFA | Jours au CFA | "
    "Jours en CFA | "
    "École | Jours en formation | Jours école | School days | School weekdays | Days at school | Class "
    "days | "
    "Training days | Apprentice school days | College days",
}

SITES: dict[str, str] = {
    "code": "Site | Code | Code site | Code du site | Identifiant | ID | Id site | Site code | Site ID | "
    "Location code | "
    "Location ID | Location | Abréviation | Short name | Sigle | Réf | Ref | Key | Office | Office code | "
    "Établissement | "
    "Code établissement",
    "name": "Nom | Nom du site | Libellé | Intitulé | Désignation | Nom complet | Name | Site name | Full "
    "name | "
    "Location name | Label | Title | Description | Office name | Nom établissement | Display name",
    "latitude": "Latitude | Lat | Latitude (deg) | Y | GPS latitude | Latitude GPS",
    "longitude": "Longitude | Lon | Lng | Long | X | GPS longitude | Longitude GPS",
    "holidays": "Jours fériés | Fériés | Calendrier | Calendrier des jours fériés | Régime | Département | "
    "Holidays | "
    "Public holidays | Bank holidays | Holiday calendar | Calendar | Regime local | Droit local | Zone | "
    "Region | "
    "Holiday region | Région",
}

TEAMS: dict[str, str] = {
    "name": "Équipe | Nom | Nom de l'équipe | Libellé | Intitulé | Service | Unité | Team | Name | Team "
    "name | Label | "
    "Unit | Group",
    "site": PEOPLE["site"],
    "side": f"{PEOPLE['side']} | Type",
    "department": PEOPLE["department"],
    "max_away": "Absents max par jour | Absents max | Maximum d'absents | Maximum d'absents par jour | "
    "Absents maximum par jour | Nombre max d'absents par jour | Absences max par jour | Absences max | "
    "Départs max par jour | Départs max | Membres absents max | Membres absents par jour | Absents par "
    "jour | Absents | "
    "Max absents | Max absents par jour | Max away | Max away per day | Maximum away | Maximum away per "
    "day | "
    "Members away | Members away per day | Max members away | Max members away per day | Away per day | "
    "Away | "
    "Max absent | Max absent per day | Max absences | Max absences per day | Absent per day | Max out | "
    "Max out per day | "
    "Maximum members away per day | Maximum absent per day | Absences per day | Max daily absences | Daily "
    "absences max | "
    "Max people away | Max people away per day | Max leaving per day | Max staff away per day | Max staff "
    "away",
    "max_visitors": "Visiteurs max par jour | Visiteurs max | Maximum de visiteurs | Maximum de visiteurs "
    "par jour | "
    "Visiteurs maximum par jour | Nombre max de visiteurs par jour | Visites max par jour | Visiteurs par "
    "jour | "
    "Visiteurs | Accueils max par jour | Accueils max | Max visiteurs | Max visiteurs par jour | Max "
    "visitors | "
    "Max visitors per day | Maximum visitors | Maximum visitors per day | Visitors per day | Visitors | "
    "Visitors max | "
    "Max guests | Max guests per day | Guests per day | Max visits per day | Visits per day | Max daily "
    "visitors | "
    "Daily visitors max | Max received per day | Max hosted per day | Hosted per day",
    "min_presence": "Présence minimale | Présence minimum | Présents min par jour | Présents min | "
    "Présents minimum | "
    "Présence min | Présence minimale par jour | Effectif minimum | Effectif minimal | Effectif min | "
    "Effectif mini | "
    "Minimum présent | Minimum de présents | Min présents | Minimum presence | Min presence | "
    "Minimum presence per day | Min present | Min present per day | Minimum present | Minimum staff | Min "
    "staff | "
    "Minimum staffing | Min staffing | Min on site | Must stay | Present min",
    "closed_weekdays": "Jours fermés | Jours de fermeture | Fermeture | Fermé le | Fermetures | Jours non "
    "reçus | "
    "Jours sans visite | Jours fermés aux visites | Closed days | Closed weekdays | Closed on | Closing "
    "days | "
    "Days closed | Closed | Closure days | Closed week days | Weekdays closed | No visit days | Weekly "
    "closing days",
}

LINKS: dict[str, str] = {
    "back": "Équipe back-office | Équipe back | Back-office | Back office | Back | Équipe BO | BO | Équipe "
    "support | "
    "Équipe qui sert | Sert | Fournisseur | Équipe interne | Back-office team | Back team | Back office "
    "team name | "
    "Serving team | Server | Provider | Provider team | Supplier | Supplier team | Supporting team | "
    "Support team | From | "
    "From team | De l'équipe | De | BO team | Team back-office | Internal supplier",
    "front": "Équipe front-office | Équipe front | Front-office | Front office | Front | Équipe FO | FO | "
    "Équipe servie | Servie | Client interne | Équipe terrain | Front-office team | Front team | Front "
    "office team name | "
    "Served team | Served | Customer | Customer team | Supported team | Serves | To | To team | À l'équipe "
    "| À | FO team | "
    "Vers | Team front-office | Internal customer | Client",
    "back_site": "Site back-office | Site back | Site de l'équipe back-office | Back-office site | Back "
    "site | "
    "Back-office team site | Back-office location | Site BO",
    "front_site": "Site front-office | Site front | Site de l'équipe front-office | Front-office site | "
    "Front site | "
    "Front-office team site | Front-office location | Site FO",
}

TRAVEL: dict[str, str] = {
    "from": "De | Départ | Site de départ | Site 1 | Site A | Origine | From | From site | Origin | "
    "Departure | Start | "
    "Site from | Source",
    "to": "À | Vers | Arrivée | Site d'arrivée | Site 2 | Site B | Destination | To | To site | Arrival | "
    "End | Site to",
    "minutes": "Minutes | Durée | Durée (min) | Temps | Temps de trajet | Temps (min) | Trajet | Trajet "
    "(min) | "
    "Durée du trajet | Duration | Duration (min) | Time | Travel time | Travel minutes | Travel time (min) "
    "| Min",
}

VOCABULARY: dict[ImportKind, dict[str, str]] = {
    ImportKind.SITES: SITES,
    ImportKind.TEAMS: TEAMS,
    ImportKind.PEOPLE: PEOPLE,
    ImportKind.LINKS: LINKS,
    ImportKind.TRAVEL: TRAVEL,
}

NEEDED: dict[ImportKind, tuple[str, ...]] = {
    ImportKind.SITES: ("code",),
    ImportKind.TEAMS: ("name", "site", "side"),
    ImportKind.PEOPLE: ("employee_number", "last_name", "team"),
    ImportKind.LINKS: ("back", "front"),
    ImportKind.TRAVEL: ("from", "to", "minutes"),
}

EXAMPLES: dict[ImportKind, tuple[str, ...]] = {
    ImportKind.SITES: ("code", "name", "latitude", "longitude"),
    ImportKind.TEAMS: (
        "name",
        "site",
        "side",
        "department",
        "max_away",
        "max_visitors",
        "min_presence",
        "closed_weekdays",
    ),
    ImportKind.PEOPLE: tuple(PEOPLE),
    ImportKind.LINKS: ("back", "front"),
    ImportKind.TRAVEL: ("from", "to", "minutes"),
}
