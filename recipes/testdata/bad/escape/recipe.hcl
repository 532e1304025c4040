recipe "escape" {
  software {
    name     = "X"
    version  = "1"
    licence  = "MIT"
    source   = "https://example.org/x"
    category = "test"
    title    = "X"
    summary  = "X."
  }
  version = "1"
  public  = "Nothing."

  accounts "none" {}
  network "host" {} # error: Not allowed here
  volume "data" {
    driver = "local" # error: Unknown attribute
  }
  unit "web" {
    image = "x/y:1@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
    privileged   = true # error: Not allowed here
    network_mode = "host" # error: Not allowed here
    pid          = "host" # error: Not allowed here
    volumes      = ["/:/host"] # error: Not allowed here
    devices      = ["/dev/sda"] # error: Not allowed here
    security_opt = ["seccomp=unconfined"] # error: Not allowed here
    capabilities = ["SYS_ADMIN", "cap_net_admin", "ALL"] # error: Not allowed here # error: Not allowed here # error: Not allowed here
    mount "/var/run/docker.sock" { path = "/var/run/docker.sock" } # error: Not allowed here
    mount "../other" { path = "/x" } # error: Not allowed here
    mount "wiki_data" { path = "/y" } # error: Unknown volume
    file "/etc/x" { template = "../../../etc/passwd" } # error: Missing template
    file "/dev/mem" { content = "x" } # error: Bad path
    file "/../etc/shadow" { content = "x" } # error: Bad path
  }
}
