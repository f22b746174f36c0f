/** What the page says about signing in, in the languages of language.js; loaded only where there is a sign-in. */

export const LANGUAGES = {
  en: {
    account: "Account",
    signIn: "Sign in",
    needed: "Sign in to upload pictures.",
    who: (/** @type {string} */ name) => (name ? `Signed in as ${name}.` : "Signed in."),
    signOut: "Sign out",
    over: "Your session has ended. Sign in again: the files in the list wait, and then continue.",
    refused: (/** @type {string} */ said) => `You are not signed in. The sign-in page says: “${said}”`,
    away: "You are not signed in yet, because the sign-in does not respond. It is asked again.",
    stale: "You are not signed in, because this sign-in was not begun in this tab. Please sign in again.",
    elsewhere: "You are signed in on the tab with your pictures. Go back to it: this tab can be closed.",
    stranger: "Another person was signed in here before, so the list was cleared.",
    leaving: "Some files are still being uploaded. Stop them and sign out?",
  },
  de: {
    account: "Konto",
    signIn: "Anmelden",
    needed: "Bitte melden Sie sich zum Hochladen an.",
    who: (/** @type {string} */ name) => (name ? `Angemeldet als ${name}.` : "Angemeldet."),
    signOut: "Abmelden",
    over: "Ihre Sitzung ist abgelaufen. Melden Sie sich wieder an: Die Dateien in der Liste warten und werden dann fortgesetzt.",
    refused: (/** @type {string} */ said) => `Sie sind nicht angemeldet. Die Anmeldeseite sagt: „${said}“`,
    away: "Sie sind noch nicht angemeldet, weil die Anmeldung nicht antwortet. Sie wird noch einmal gefragt.",
    stale: "Sie sind nicht angemeldet, weil diese Anmeldung nicht in diesem Tab begonnen wurde. Bitte melden Sie sich noch einmal an.",
    elsewhere: "Sie sind im Tab mit Ihren Bildern angemeldet. Gehen Sie dorthin zurück: Dieser Tab kann geschlossen werden.",
    stranger: "Hier war vorher jemand anderes angemeldet, deshalb wurde die Liste geleert.",
    leaving: "Einige Dateien werden noch hochgeladen. Möchten Sie sie stoppen und sich abmelden?",
  },
};
