package probe

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strconv"
	"testing"

	"ronron/internal/errs"
	"ronron/internal/text"
	"ronron/services"
)

// answer is what every command run inside a unit gives.
type answer services.Result

func (a answer) Exec(context.Context, string, []string, io.Reader) (services.Result, error) {
	return services.Result(a), nil
}

func port(t *testing.T, address string) int {
	t.Helper()
	_, p, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	n, err := strconv.Atoi(p)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestProbe_SaysWhyInBothLanguages(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/well" {
			http.Error(w, "no database", http.StatusBadGateway)
		}
	}))
	defer server.Close()
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := port(t, closed.Addr().String())
	closed.Close()
	running := services.ActualUnit{State: services.StateRunning, Address: netip.MustParseAddr("127.0.0.1")}
	health := func(number int, h services.Health) services.Unit {
		h.Port = "http"
		return services.Unit{Name: "web", Ports: []services.Port{{Name: "http", Number: number}}, Health: h}
	}
	serving := port(t, server.Listener.Addr().String())
	for name, c := range map[string]struct {
		unit   services.Unit
		actual services.ActualUnit
		en, fr string
	}{
		"well":            {health(serving, services.Health{Kind: services.HealthHTTP, Path: "/well"}), running, "", ""},
		"wrong answer":    {health(serving, services.Health{Kind: services.HealthHTTP, Path: "/"}), running, "GET / answered 502: no database", "GET / a répondu 502\u00a0: no database"},
		"nobody, http":    {health(nobody, services.Health{Kind: services.HealthHTTP, Path: "/"}), running, "GET /: connection refused", "GET /\u00a0: connexion refusée"},
		"nobody, tcp":     {health(nobody, services.Health{Kind: services.HealthTCP}), running, "connect to port " + strconv.Itoa(nobody) + ": connection refused", "connexion au port " + strconv.Itoa(nobody) + "\u00a0: connexion refusée"},
		"command":         {health(0, services.Health{Kind: services.HealthExec, Command: []string{"look"}}), running, "the health command ended with exit code 3: no socket", "la commande de santé a fini avec le code de sortie 3\u00a0: no socket"},
		"ended":           {health(0, services.Health{}), services.ActualUnit{State: services.StateExited, ExitCode: 7}, "the container ended with exit code 7", "le conteneur s’est arrêté avec le code de sortie 7"},
		"ends and begins": {health(0, services.Health{}), services.ActualUnit{State: services.StateRestarting, ExitCode: 7}, "the container ends again and again, last with exit code 7", "le conteneur s’arrête sans cesse, la dernière fois avec le code de sortie 7"},
		"refused":         {health(0, services.Health{}), services.ActualUnit{State: services.StateCreated, Error: "no such file"}, "the container is created: no such file", "le conteneur est créé, mais pas démarré\u00a0: no such file"},
		"never started":   {health(0, services.Health{}), services.ActualUnit{State: services.StateCreated}, "the container is created", "le conteneur est créé, mais pas démarré"},
	} {
		t.Run(name, func(t *testing.T) {
			err := New(answer{ExitCode: 3, Output: "look\nno socket\n"}).Probe(t.Context(), c.unit, c.actual)
			if c.en == "" {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			if err == nil || err.Error() != c.en || errs.In(err, text.FR) != c.fr {
				t.Errorf("%v\n%s\nwant\n%s\n%s", err, errs.In(err, text.FR), c.en, c.fr)
			}
		})
	}
}
