package services

// DirectoryHost is the directory's name in the networks of services with accounts.
func DirectoryHost(chaton ChatonID) string { return "directory." + string(chaton) }
