-- +goose Up
-- Mailboxes in which Zoom's notices of mentions on whiteboards are looked for, because their owners want it. Of the mail nothing is kept.
create table board_mail (
    tenant text   not null,
    person text   not null,
    since  bigint not null,
    due_at bigint not null,
    primary key (tenant, person)
);
create index board_mail_due on board_mail (due_at);

-- +goose Down
drop table board_mail;
