// A small web server that reports whether it runs as root, and its capability sets.
//
//	server [-listen :80] [-proxy http://app:8000]
//	server -check    fetch a page from the running server: a health check
//
// It answers /whoami itself. With -proxy it forwards every other path; otherwise it answers all paths.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

// whoami returns the credentials of this process from /proc/self/status.
func whoami() string {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return err.Error() + "\n"
	}
	text := fmt.Sprintf("uid %d\n", os.Getuid())
	if os.Getuid() == 0 {
		text = "I AM ROOT\n"
	}
	for _, line := range strings.Split(string(status), "\n") {
		switch strings.SplitN(line, ":", 2)[0] {
		case "Uid", "Gid", "Groups", "CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb", "NoNewPrivs":
			text += line + "\n"
		}
	}
	return text
}

func answer(w http.ResponseWriter, _ *http.Request) {
	fmt.Fprint(w, whoami())
}

// check is for HEALTHCHECK in an image that holds neither a shell nor curl.
func check(port string) {
	client := http.Client{Timeout: 3 * time.Second}
	response, err := client.Get("http://127.0.0.1" + port + "/whoami")
	if err != nil {
		log.Fatal(err)
	}
	if response.StatusCode != http.StatusOK {
		log.Fatal(response.Status)
	}
}

func main() {
	listen := flag.String("listen", ":80", "`:port` to listen on")
	proxy := flag.String("proxy", "", "`URL` of the server behind this one")
	checkOnly := flag.Bool("check", false, "fetch a page from the running server")
	flag.Parse()
	if *checkOnly {
		check(*listen)
		return
	}

	mux := http.NewServeMux()
	mux.HandleFunc("/whoami", answer)
	if *proxy == "" {
		mux.HandleFunc("/", answer)
	} else if upstream, err := url.Parse(*proxy); err != nil {
		log.Fatal(err)
	} else {
		mux.Handle("/", httputil.NewSingleHostReverseProxy(upstream))
	}

	// The kernel delivers a signal to process 1 of a container only if it has a handler.
	asked, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	server := http.Server{Addr: *listen, Handler: mux}
	go func() {
		<-asked.Done()
		log.Print("stopping: received a signal")
		_ = server.Shutdown(context.Background())
	}()
	log.Print("listening on ", *listen, "\n", whoami())
	if err := server.ListenAndServe(); err != http.ErrServerClosed {
		log.Fatal(err)
	}
}
