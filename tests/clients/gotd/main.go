// gotd/td as a driver of the harness: one JSON object a line, as tests/clients/drivers/driver.py says. It goes to CDN nodes (AllowCDN).
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gotd/td/crypto"
	"github.com/gotd/td/telegram"
	"github.com/gotd/td/telegram/auth"
	"github.com/gotd/td/telegram/dcs"
	"github.com/gotd/td/tg"
	"github.com/gotd/td/tgerr"
)

type object = map[string]any

// request has the arguments of every operation.
type request struct {
	ID      int    `json:"#"`
	Do      string `json:"do"`
	Host    string `json:"host"`
	Port    int    `json:"port"`
	Key     string `json:"key"`
	Dir     string `json:"dir"`
	Phone   string `json:"phone"`
	Code    string `json:"code"`
	First   string `json:"first"`
	Last    string `json:"last"`
	Message int    `json:"id"`
	Path    string `json:"path"`
	Threads int    `json:"threads"`
	Away    int    `json:"away"`  // milliseconds to the core, while connecting; a node is nearer
}

var out sync.Mutex

func put(o object) {
	line, err := json.Marshal(o)
	if err != nil {
		panic(err)
	}
	out.Lock()
	defer out.Unlock()
	os.Stdout.Write(append(line, '\n'))
}

type driver struct {
	client *telegram.Client
	core   string
	away   time.Duration
	came   sync.Map // address: *atomic.Int64, bytes that came from there
}

// counted is a connection that says how much came from its other end.
type counted struct {
	net.Conn
	came *atomic.Int64
}

func (c counted) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.came.Add(int64(n))
	return n, err
}

func (d *driver) dial(ctx context.Context, network, address string) (net.Conn, error) {
	var dialer net.Dialer
	if address == d.core {
		select {
		case <-time.After(d.away):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	conn, err := dialer.DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	n, _ := d.came.LoadOrStore(address, new(atomic.Int64))
	return counted{conn, n.(*atomic.Int64)}, nil
}

func user(c tg.UserClass) object {
	u, ok := c.(*tg.User)
	if !ok {
		return nil
	}
	return object{"id": u.ID, "first": u.FirstName, "last": u.LastName, "phone": u.Phone, "username": u.Username}
}

func (d *driver) connect(ctx context.Context, q request) (any, error) {
	d.core, d.away = net.JoinHostPort(q.Host, strconv.Itoa(q.Port)), time.Duration(q.Away)*time.Millisecond
	pem, err := os.ReadFile(q.Key)
	if err != nil {
		return nil, err
	}
	keys, err := crypto.ParseRSAPublicKeys(pem)
	if err != nil {
		return nil, err
	}
	var known []telegram.PublicKey
	for _, k := range keys {
		known = append(known, telegram.PublicKey{RSA: k})
	}
	heard := tg.NewUpdateDispatcher()
	heard.OnNewMessage(func(_ context.Context, _ tg.Entities, u *tg.UpdateNewMessage) error {
		if m, ok := u.Message.(*tg.Message); ok {
			put(object{"event": "new", "message": object{"id": m.ID, "text": m.Message, "out": m.Out}})
		}
		return nil
	})
	d.client = telegram.NewClient(1, "x", telegram.Options{
		DC:             2,
		DCList:         dcs.List{Options: []tg.DCOption{{ID: 2, IPAddress: q.Host, Port: q.Port}}},
		PublicKeys:     known,
		Resolver:       dcs.Plain(dcs.PlainOptions{Dial: d.dial}),
		SessionStorage: &telegram.FileSessionStorage{Path: filepath.Join(q.Dir, "session.json")},
		UpdateHandler:  heard,
		AllowCDN:       true,
	})
	ready, ended := make(chan struct{}), make(chan error, 1)
	go func() {
		err := d.client.Run(ctx, func(ctx context.Context) error {
			close(ready)
			<-ctx.Done()
			return ctx.Err()
		})
		fmt.Fprintln(os.Stderr, "ended:", err)
		ended <- err
	}()
	select {
	case <-ready:
	case err := <-ended:
		return nil, err
	case <-time.After(30 * time.Second):
		return nil, errors.New("not connected within 30 s")
	}
	status, err := d.client.Auth().Status(ctx)
	if err != nil {
		return nil, err
	}
	version := "?"
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, m := range info.Deps {
			if m.Path == "github.com/gotd/td" {
				version = m.Version
			}
		}
	}
	return object{"library": "gotd " + version, "layer": tg.Layer, "authorized": status.Authorized}, nil
}

func (d *driver) signIn(ctx context.Context, q request) (any, error) {
	sent, err := d.client.Auth().SendCode(ctx, q.Phone, auth.SendCodeOptions{})
	if err != nil {
		return nil, err
	}
	code, ok := sent.(*tg.AuthSentCode)
	if !ok {
		return nil, fmt.Errorf("auth.sendCode answers %T", sent)
	}
	a, err := d.client.Auth().SignIn(ctx, q.Phone, q.Code, code.PhoneCodeHash)
	var unknown *auth.SignUpRequired
	if errors.As(err, &unknown) && q.First != "" {
		a, err = d.client.Auth().SignUp(ctx, auth.SignUp{PhoneNumber: q.Phone, PhoneCodeHash: code.PhoneCodeHash,
			FirstName: q.First, LastName: q.Last})
	}
	if err != nil {
		return nil, err
	}
	return user(a.User), nil
}

func (d *driver) me(ctx context.Context, _ request) (any, error) {
	u, err := d.client.Self(ctx)
	if err != nil {
		return nil, err
	}
	return user(u), nil
}

func (d *driver) addContact(ctx context.Context, q request) (any, error) {
	r, err := d.client.API().ContactsImportContacts(ctx, []tg.InputPhoneContact{
		{ClientID: 1, Phone: q.Phone, FirstName: q.First, LastName: q.Last}})
	if err != nil || len(r.Users) == 0 {
		return nil, err
	}
	return user(r.Users[0]), nil
}

// download takes the document of a message, and says where it is.
func (d *driver) download(ctx context.Context, q request) (any, error) {
	r, err := d.client.API().MessagesGetMessages(ctx, []tg.InputMessageClass{&tg.InputMessageID{ID: q.Message}})
	if err != nil {
		return nil, err
	}
	messages, ok := r.AsModified()
	if !ok || len(messages.GetMessages()) != 1 {
		return nil, errors.New("no such message")
	}
	m, ok := messages.GetMessages()[0].(*tg.Message)
	if !ok {
		return nil, fmt.Errorf("the message is a %T", messages.GetMessages()[0])
	}
	media, ok := m.Media.(*tg.MessageMediaDocument)
	if !ok {
		return nil, fmt.Errorf("its media is a %T", m.Media)
	}
	document, ok := media.Document.AsNotEmpty()
	if !ok {
		return nil, errors.New("its document is empty")
	}
	_, err = d.client.Download(document.AsInputDocumentFileLocation("")).WithThreads(q.Threads).ToPath(ctx, q.Path)
	if err != nil {
		return nil, err
	}
	return q.Path, nil
}

// sources: how many bytes came from each address, since the start.
func (d *driver) sources(context.Context, request) (any, error) {
	o := object{}
	d.came.Range(func(address, n any) bool {
		o[address.(string)] = n.(*atomic.Int64).Load()
		return true
	})
	return o, nil
}

func describe(err error) object {
	var said *tgerr.Error
	if errors.As(err, &said) {
		return object{"code": said.Code, "name": said.Message, "text": err.Error()}
	}
	return object{"code": nil, "name": err.Error(), "text": fmt.Sprintf("%+v", err)}
}

func main() {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	d := &driver{}
	operations := map[string]func(context.Context, request) (any, error){
		"connect": d.connect, "sign_in": d.signIn, "me": d.me, "add_contact": d.addContact, "download": d.download,
		"sources": d.sources,
	}
	lines := bufio.NewReader(os.Stdin)
	for {
		line, err := lines.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return
		}
		var q request
		if err == nil {
			err = json.Unmarshal(line, &q)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		if q.Do == "quit" {
			return
		}
		operation, ok := operations[q.Do]
		if !ok {
			operation = func(context.Context, request) (any, error) { return nil, errors.New("this driver has no " + q.Do) }
		}
		go func() {
			answer, err := operation(ctx, q)
			if err != nil {
				put(object{"#": q.ID, "error": describe(err)})
			} else {
				put(object{"#": q.ID, "ok": answer})
			}
		}()
	}
}
