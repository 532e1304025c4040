# For the other scripts:  . scripts/words.sh
# t ENGLISH FRENCH prints the one that the terminal's language asks for, as
# ronron itself does.
t() {
	case "${LC_ALL:-${LC_MESSAGES:-${LANG:-}}}" in
	fr | fr[._@]*) printf '%s\n' "$2" ;;
	*) printf '%s\n' "$1" ;;
	esac
}
