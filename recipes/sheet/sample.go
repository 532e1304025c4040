package sheet

import (
	"slices"

	"ronron/internal/secret"
	"ronron/internal/text"
	"ronron/recipes"
	"ronron/services"
)

// Sample is what the recipe says where settings or the chaton decide it, for a
// chaton that leaves every setting as it is. A text that is the same for every
// chaton is not here, nor any where the recipe has settings without a default.
type Sample struct {
	Public  text.Text       `json:"public,omitzero"`
	Members text.Text       `json:"members,omitzero"`
	Limits  text.Text       `json:"limits,omitzero"`
	Data    map[string]Said `json:"data,omitempty"`
}

// domain is the sample's.
const domain = "example.org"

// Said is what a sample says of one kind of data.
type Said struct {
	What text.Text `json:"what,omitzero"`
	Kept text.Text `json:"kept,omitzero"`
}

// sample resolves the recipe for nobody in particular. Pages show what comes of
// it, so that everything is as in examples, and the same at each time. The limits
// are those of its units.
func sample(r *recipes.Recipe, o recipes.Outline) (Sample, map[services.Name]services.Limits) {
	const base = "dc=example,dc=org"
	host := r.Name + "." + domain
	in := recipes.Input{
		Chaton:  recipes.ChatonInput{Name: "Exemple", Domain: domain, Language: "fr", Contact: "contact@" + domain, URL: "https://" + domain},
		Service: recipes.ServiceInput{Name: services.Name(r.Name), Host: host, URL: "https://" + host},
		Secrets: map[string]secret.String{},
		Directory: recipes.DirectoryInput{
			Host: "directory." + domain, Port: 636, URL: "ldaps://directory." + domain + ":636", BaseDN: base,
			PeopleDN: "ou=people," + base, GroupsDN: "ou=groups," + base, ServicesDN: "ou=services," + base,
			BindDN: "cn=" + r.Name + ",ou=services," + base, AdminsDN: "cn=admins,ou=groups," + base,
			EnterDNs: []string{"cn=members,ou=groups," + base}, CA: "example",
		},
	}
	for _, s := range r.Secrets {
		if value, err := recipes.SampleSecret(s); err == nil {
			in.Secrets[s.Name] = value
		}
	}
	resolved, diags := r.Resolve(in)
	if diags.HasErrors() {
		return Sample{}, nil
	}
	limits := map[services.Name]services.Limits{}
	for _, u := range resolved.Service.Units {
		limits[u.Name] = u.Limits
	}
	s := Sample{
		Public:  only(o.Public, resolved.Public),
		Members: only(o.Declared.Members, resolved.Declared.Members),
		Limits:  only(o.Declared.Limits, resolved.Declared.Limits),
	}
	for _, d := range o.Resolved.Data {
		i := slices.IndexFunc(resolved.Data, func(one recipes.Data) bool { return one.Name == d.Name })
		if i < 0 || (!d.What.IsZero() && !d.Kept.IsZero()) {
			continue
		}
		if s.Data == nil {
			s.Data = map[string]Said{}
		}
		s.Data[d.Name] = Said{What: only(d.What, resolved.Data[i].What), Kept: only(d.Kept, resolved.Data[i].Kept)}
	}
	return s, limits
}

// only is the sample's text where the recipe's own depends on something.
func only(fixed, sample text.Text) text.Text {
	if !fixed.IsZero() {
		return text.Text{}
	}
	return sample
}
