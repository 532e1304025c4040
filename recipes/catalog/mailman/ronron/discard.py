"""Where the chaton has no mail server, messages end in the archives."""


def deliver(mlist, msg, msgdata):
    return {}
