package web

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"causeway/internal/entra"
	"causeway/internal/pace"
	"causeway/internal/teams"
	"causeway/internal/whiteboards"
)

// whiteboardRoutes are about whiteboards: the list, one of them, making and sharing.
func (s *server) whiteboardRoutes(a huma.API) {
	huma.Register(a, operation(http.MethodGet, "/api/whiteboards", "whiteboards", "My whiteboards, and those shared with me"), handled(s, s.whiteboards))
	made := operation(http.MethodPost, "/api/whiteboards", "create-whiteboard", "Make a whiteboard")
	made.DefaultStatus = http.StatusCreated
	huma.Register(a, made, handled(s, s.createWhiteboard))
	huma.Register(a, operation(http.MethodGet, "/api/whiteboards/{id}", "whiteboard", "One whiteboard, with its page"), handled(s, s.whiteboard))
	huma.Register(a, operation(http.MethodGet, "/api/whiteboards/{id}/picture", "whiteboard-picture", "A small picture of a whiteboard"),
		remembered(s, pictureAge, s.whiteboardPicture))
	huma.Register(a, operation(http.MethodPost, "/api/whiteboards/{id}/share", "share-whiteboard", "Post a card of a whiteboard into a conversation"),
		handled(s, s.shareWhiteboard))
	huma.Register(a, operation(http.MethodGet, "/api/whiteboards/{id}/warning", "warn-of-whiteboard", "Who in a conversation could not open a whiteboard"),
		handled(s, s.warnOfWhiteboard))
}

func (s *server) viewer(who entra.Identity, in Visit) whiteboards.Visitor {
	return whiteboards.Visitor{Person: who.Person, Name: who.Name, Locale: s.c.Texts.For(in.AcceptLanguage).Tag()}
}

type boardsInput struct {
	Visit
	Q     string            `query:"q" maxLength:"200" doc:"Part of a name"`
	Whose whiteboards.Whose `query:"whose" enum:"mine,shared" doc:"One's own alone, or those shared with one; both, when absent"`
}

// Whiteboards are those that somebody may open.
type Whiteboards struct {
	Whiteboards []whiteboards.Board `json:"whiteboards" nullable:"false"`
}

func (s *server) whiteboards(ctx context.Context, who entra.Identity, in *boardsInput) (Whiteboards, error) {
	if err := s.c.Pace.Take(ctx, who.Person, pace.Search); err != nil {
		return Whiteboards{}, err
	}
	found, err := s.c.Whiteboards.List(ctx, s.viewer(who, in.Visit), in.Q, in.Whose)
	return Whiteboards{found}, err
}

type createBoardInput struct {
	Visit
	Body struct {
		Name string `json:"name" maxLength:"1000"`
	}
}

func (s *server) createWhiteboard(ctx context.Context, who entra.Identity, in *createBoardInput) (whiteboards.Board, error) {
	if err := s.c.Pace.Take(ctx, who.Person, pace.Search); err != nil {
		return whiteboards.Board{}, err
	}
	return s.c.Whiteboards.Create(ctx, s.viewer(who, in.Visit), in.Body.Name)
}

// OneBoard names a whiteboard.
type OneBoard struct {
	Visit
	ID string `path:"id" maxLength:"100" doc:"Zoom's"`
}

func (s *server) whiteboard(ctx context.Context, who entra.Identity, in *OneBoard) (whiteboards.Board, error) {
	if err := s.c.Pace.Take(ctx, who.Person, pace.Search); err != nil {
		return whiteboards.Board{}, err
	}
	return s.c.Whiteboards.Board(ctx, s.viewer(who, in.Visit), in.ID)
}

// pictureAge is how long a browser may show a picture again without asking.
const pictureAge = 5 * time.Minute

// BoardPicture is what a whiteboard looks like.
type BoardPicture struct {
	Picture string `json:"picture" doc:"A data URL; empty when there is none"`
}

func (s *server) whiteboardPicture(ctx context.Context, who entra.Identity, in *OneBoard) (BoardPicture, error) {
	if err := s.c.Pace.Take(ctx, who.Person, pace.Search); err != nil {
		return BoardPicture{}, err
	}
	picture, err := s.c.Whiteboards.Picture(ctx, s.viewer(who, in.Visit), in.ID)
	return BoardPicture{picture}, err
}

type shareBoardInput struct {
	OneBoard
	Body struct {
		Conversation teams.ConversationID `json:"conversation" minLength:"1" maxLength:"500" doc:"As the list of conversations has it"`
		Open         whiteboards.May      `json:"open,omitempty" enum:"edit,comment,view" doc:"What everybody in the Zoom account may do from now on; as it is, when absent"`
		Only         bool                 `json:"only,omitempty" doc:"The people of the conversation alone may, instead of everybody"`
	}
}

type boardWarningInput struct {
	OneBoard
	Conversation teams.ConversationID `query:"conversation" required:"true" minLength:"1" maxLength:"500" doc:"As the list of conversations has it"`
	Open         whiteboards.May      `query:"open" enum:"edit,comment,view" doc:"What everybody in the Zoom account is to be allowed; as it is, when absent"`
}

// warnOfWhiteboard answers a sentence for who is about to share a whiteboard; an empty one when there is nothing to warn of.
func (s *server) warnOfWhiteboard(ctx context.Context, who entra.Identity, in *boardWarningInput) (Said, error) {
	if err := s.c.Pace.Take(ctx, who.Person, pace.Search); err != nil {
		return Said{}, err
	}
	text, err := s.c.Whiteboards.Warning(ctx, s.viewer(who, in.Visit), in.ID, in.Conversation, in.Open)
	return Said{text}, err
}

func (s *server) shareWhiteboard(ctx context.Context, who entra.Identity, in *shareBoardInput) (Said, error) {
	if err := s.c.Pace.Take(ctx, who.Person, pace.Search); err != nil {
		return Said{}, err
	}
	v := s.viewer(who, in.Visit)
	place, err := s.c.Whiteboards.Share(ctx, v, in.ID, in.Body.Conversation, in.Body.Open, in.Body.Only)
	texts := s.c.Texts.For(v.Locale)
	if place == "" {
		return Said{texts.T("whiteboards.shared_here")}, err
	}
	return Said{texts.T("whiteboards.shared", "Place", place)}, err
}
