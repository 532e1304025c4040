package gateway

import (
	"net/http"

	"ronron/internal/text"
)

// What the gate says.
var (
	pageSignIn = kind{
		status: http.StatusUnauthorized, code: "sign_in",
		title: text.Text{FR: "Connexion nécessaire", EN: "Sign-in needed"},
		what: text.Text{FR: "« {service} » est réservé aux membres, et personne n’est connecté (ou plus maintenant). Ce que vous avez envoyé n’a pas été enregistré.",
			EN: "“{service}” is for members, and nobody is signed in (or not any more). What you sent was not saved."},
		next: text.Text{FR: "Revenez en arrière, ouvrez le service dans un autre onglet pour vous reconnecter, puis renvoyez.",
			EN: "Go back, open the service in another tab to sign in again, then send again."},
	}
	pageNotInGroup = kind{
		status: http.StatusForbidden, code: "not_in_group", contact: true,
		title: text.Text{FR: "Vous n’êtes pas dans le bon groupe", EN: "You are not in this group"},
		what: text.Text{FR: "Vous êtes bien connecté, mais « {service} » est ouvert à un groupe dont vous n’êtes pas membre.",
			EN: "You are signed in, but “{service}” is open to a group that you are not a member of."},
		next: text.Text{FR: "Demandez à l’équipe de vous y ajouter. Si c’est fait, réessayez dans cinq minutes.",
			EN: "Ask the team to add you. If they have, try again in five minutes."},
	}
	pageBadPass = kind{
		status: http.StatusBadRequest, code: "bad_pass",
		title: text.Text{FR: "Cette entrée n’est plus valable", EN: "This entry is no longer valid"},
		what: text.Text{FR: "Une entrée sert une fois, pendant une minute, dans le navigateur qui l’a demandée. Il faut aussi que les cookies soient acceptés.",
			EN: "An entry serves once, for a minute, in the browser that asked for it. Cookies must be accepted, too."},
		next: text.Text{FR: "Revenez à la page d’accueil et ouvrez le service depuis là.",
			EN: "Go back to the home page and open the service from there."},
	}
	pageNoPortal = kind{
		status: http.StatusServiceUnavailable, code: "no_portal", retry: 10, contact: true,
		title: text.Text{FR: "De retour dans un instant", EN: "Back in a moment"},
		what: text.Text{FR: "Le portail, qui sait qui est membre, ne répond pas pour le moment. « {service} » attend qu’il revienne.",
			EN: "The portal, which knows who is a member, does not answer right now. “{service}” waits for it to come back."},
		next: text.Text{FR: "Si cela dure plus de quelques minutes, prévenez l’équipe.",
			EN: "If it lasts more than a few minutes, tell the team."},
	}
	pageTooMany = kind{
		status: http.StatusTooManyRequests, code: "too_many", retry: 20,
		title: text.Text{FR: "Trop d’essais", EN: "Too many attempts"},
		what: text.Text{FR: "Il y a eu trop d’essais à la suite avec cet identifiant.",
			EN: "There were too many attempts in a row with this login."},
		next: text.Text{FR: "Vérifiez le mot de passe enregistré dans votre logiciel, puis réessayez dans un instant.",
			EN: "Check the password that your program keeps, then try again in a moment."},
	}
)
