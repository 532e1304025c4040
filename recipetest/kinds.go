package recipetest

import "cmp"

// kinds say once for each kind of software what its scenarios have in common.
// What a recipe's own scenario writes is left as it is.
var kinds = map[string]func(*Scenario){
	"wiki":      site,
	"site":      site,
	"bookmarks": site,
	"pads":      shared,
	"polls":     shared,
	"video":     site,
	"pages":     pages,
	"calendar":  calendar,
	"chat":      site, // what is not of the web is in chat.go
}

// site is software with a form to sign in and forms to write: anybody may read.
func site(s *Scenario) {
	s.Home = or(s.Home, Steps{{Path: "/"}})
	s.Crawl.fill("/")
}

// shared is software where whoever knows the address writes.
func shared(s *Scenario) {
	s.Open, s.Public = cmp.Or(s.Open, new(true)), cmp.Or(s.Public, new(true))
	site(s)
}

// pages is a folder for each member, written over WebDAV and read by anybody.
func pages(s *Scenario) {
	s.Basic, s.Public = true, cmp.Or(s.Public, new(true))
	s.SignedIn = or(s.SignedIn, Steps{{Method: "PROPFIND", Path: "/~{login}/", Headers: map[string]string{"Depth": "0"}, Status: []int{207}}})
	s.Write = or(s.Write, Steps{{Method: "PUT", Path: "/~{author}/{name}.html", Body: "<!doctype html><title>{name}</title><p>{text}</p>", Status: created}})
	s.Read = or(s.Read, Steps{{Path: "/~{author}/{name}.html", Contains: []string{"{text}"}}})
	site(s)
}

// calendar is CalDAV: an event is written, and read by its member alone.
func calendar(s *Scenario) {
	s.Basic = true
	s.SignedIn = or(s.SignedIn, Steps{{Method: "PROPFIND", Path: "/{login}/", Headers: map[string]string{"Depth": "0"}, Status: []int{207}}})
	s.Write = or(s.Write, Steps{
		// 405 where it is there already.
		{Method: "MKCALENDAR", Path: "/{author}/test/", Status: append([]int{405, 409}, created...)},
		{Method: "PUT", Path: "/{author}/test/{name}.ics", Headers: map[string]string{"Content-Type": "text/calendar; charset=utf-8"}, Body: event, Status: created},
	})
	s.Read = or(s.Read, Steps{{Path: "/{author}/test/{name}.ics", Contains: []string{"SUMMARY:{text}"}}})
	site(s)
}

var created = []int{200, 201, 204}

const event = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Ronron//recipe test//EN\r\nBEGIN:VEVENT\r\nUID:{name}\r\n" +
	"DTSTAMP:20260101T000000Z\r\nDTSTART:20260102T100000Z\r\nDTEND:20260102T110000Z\r\nSUMMARY:{text}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"

// said is what a scenario says of itself, or its kind for it.
func said(b *bool) bool { return b != nil && *b }

func or(written, kind Steps) Steps {
	if len(written) > 0 {
		return written
	}
	return kind
}

func (c *Crawl) fill(home string) {
	if len(c.Out) == 0 {
		c.Out = []string{home}
	}
	if len(c.In) == 0 {
		c.In = c.Out
	}
}
