package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"ronron/gateway"
)

// peers are what parts of the house are measured against: nginx and slapd as
// Debian packages them, from the release that the recipes build on.
type peers struct {
	image        string
	nginx, slapd string // versions
}

const (
	peersTag = "ronron-bench/peers"
	peerPort = 27444 // of nginx
)

// The packages must not start anything while they are installed.
const peersFile = `FROM debian:trixie-slim
RUN set -eux; \
    printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d; chmod 0755 /usr/sbin/policy-rc.d; \
    apt-get update; \
    DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends nginx slapd; \
    install -d -o openldap -g openldap /run/slapd; \
    rm -rf /var/lib/apt/lists/* /etc/nginx/sites-enabled/default; apt-get clean
`

func buildPeers(ctx context.Context) (*peers, error) {
	if _, err := commandWith(ctx, peersFile, "docker", "build", "--quiet", "--tag", peersTag, "-"); err != nil {
		return nil, err
	}
	versions, err := docker(ctx, "run", "--rm", "--label", peerLabel, "--network", "none", peersTag,
		"dpkg-query", "--show", "--showformat", "${Version} ", "nginx", "slapd")
	if err != nil {
		return nil, err
	}
	v := strings.Fields(versions)
	if len(v) != 2 {
		return nil, fmt.Errorf("versions of nginx and slapd: %q", versions)
	}
	return &peers{image: peersTag, nginx: v[0], slapd: v[1]}, nil
}

// start runs nginx with the gateway's hosts, and slapd as its package sets it
// up, and returns their ids. slapd reserves memory for as many connections as it
// may have files open; it gets the number that Debian's service has.
func (p *peers) start(ctx context.Context, dir string, hosts []gateway.Host) (nginx, slapd string, err error) {
	sites := filepath.Join(dir, "sites")
	if err := writeSites(sites, hosts); err != nil {
		return "", "", err
	}
	run := func(args ...string) (string, error) {
		return docker(ctx, append([]string{"run", "--detach", "--label", peerLabel}, args...)...)
	}
	nginx, err = run("--network", "host", "--volume", sites+":/etc/nginx/conf.d:ro", p.image, "nginx", "-g", "daemon off;")
	if err != nil {
		return "", "", err
	}
	slapd, err = run("--network", "none", "--init", "--ulimit", "nofile=1024:1024", p.image,
		"slapd", "-h", "ldap:///", "-u", "openldap", "-g", "openldap", "-F", "/etc/ldap/slapd.d", "-d", "none")
	return nginx, slapd, err
}

// writeSites writes for each host what the gateway does for it: TLS with its
// certificate, and its backends by path.
func writeSites(dir string, hosts []gateway.Host) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	for _, h := range hosts {
		var site strings.Builder
		fmt.Fprintf(&site, "server {\n  listen %d ssl;\n  listen [::]:%d ssl;\n  http2 on;\n  server_name %s;\n", peerPort, peerPort, h.Name)
		fmt.Fprintf(&site, "  ssl_certificate conf.d/%s.pem;\n  ssl_certificate_key conf.d/%s.key;\n", h.Name, h.Name)
		for _, r := range h.Routes {
			fmt.Fprintf(&site, "  location %s {\n    proxy_pass http://%s;\n    proxy_set_header Host $host;\n  }\n", r.Path, r.Backend)
		}
		site.WriteString("}\n")
		for name, content := range map[string]string{".conf": site.String(), ".pem": h.Certificate.Chain, ".key": h.Certificate.Key} {
			if err := os.WriteFile(filepath.Join(dir, h.Name+name), []byte(content), 0o600); err != nil {
				return err
			}
		}
	}
	return nil
}
